"use strict";
document.querySelectorAll("section").forEach(function (section) {
  var table = section.querySelector("table.callers");
  if (!table) { return; }
  var bodies = Array.prototype.slice.call(table.tBodies);
  var filter = section.querySelector("input[type=search]");
  var standing = section.querySelector("select[data-standing]");
  var order = section.querySelector(".phone-sort select");
  var shown = section.querySelector("[role=status]");
  var texts = new Map();
  var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);

  function apply() {
    var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    var count = 0;
    bodies.forEach(function (body) {
      var text = texts.get(body);
      if (text === undefined) { text = body.textContent.toLowerCase(); texts.set(body, text); }
      var fits = (!standing || !standing.value || body.dataset.standing === standing.value) &&
        words.every(function (word) { return text.indexOf(word) >= 0; });
      body.hidden = !fits;
      count += fits ? 1 : 0;
    });
    shown.textContent = count + " of " + bodies.length + " " + (table.dataset.what || "callers");
  }

  function sort(column, descending) {
    bodies.sort(function (a, b) {
      var x = a.rows[0].cells[column].dataset.sort;
      var y = b.rows[0].cells[column].dataset.sort;
      var difference = heads[column].dataset.type === "number" ? Number(x) - Number(y) : x.localeCompare(y);
      return descending ? -difference : difference;
    });
    bodies.forEach(function (body) { table.appendChild(body); });
    heads.forEach(function (head, i) {
      head.setAttribute("aria-sort", i === column ? (descending ? "descending" : "ascending") : "none");
    });
    order.value = String(column);
  }

  heads.forEach(function (head, i) {
    head.querySelector("button").addEventListener("click", function () {
      var now = head.getAttribute("aria-sort");
      sort(i, now === "none" ? head.dataset.type === "number" && i > 0 : now === "ascending");
    });
  });
  order.addEventListener("change", function () {
    var i = Number(order.value);
    sort(i, heads[i].dataset.type === "number" && i > 0);
  });
  filter.addEventListener("input", apply);
  if (standing) { standing.addEventListener("change", apply); }
  section.querySelector(".tools").hidden = false;
  apply();
});
window.addEventListener("beforeprint", function () {
  document.querySelectorAll("details:not(.screen)").forEach(function (d) { d.open = true; });
});
