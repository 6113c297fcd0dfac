package io.imdsight.report;

import java.util.List;

/**
 * A table that the page's script sorts by its heads and filters, in a section of its own; without the script it stands as it was written. One body a
 * row, so that what is known of the row can stand below it.
 *
 * @param id begins the ids of its controls, where a page has several; empty for the only one
 * @param what what a row is, in the plural
 * @param columns from left to right; the rows come sorted by the first
 * @param placeholder what the filter may be given
 * @param choice the name of the choice between kinds of rows; null for none
 * @param choices the kinds, as {@code data-standing} names them
 */
public record SortedTable(
        String id, String what, List<Column> columns, String placeholder, String choice, List<String> choices) {
    /**
     * A column.
     *
     * @param number what it sorts as
     */
    public record Column(String name, boolean number) {}

    public SortedTable {
        columns = List.copyOf(columns);
        choices = List.copyOf(choices);
    }

    /** The controls, hidden until the script that they need has run, and the head. */
    public void begin(Html h) {
        h.raw("<div class=\"tools\" hidden><div><label for=\"" + id + "filter\">Filter</label>");
        h.raw("<input id=\"" + id + "filter\" type=\"search\" autocomplete=\"off\" placeholder=\"")
                .text(placeholder)
                .raw("\"></div>");
        if (choice != null) {
            h.raw("<div><label for=\"" + id + "standing\">").text(choice);
            h.raw("</label><select id=\"" + id + "standing\" data-standing><option value=\"\">all</option>");
            choices.forEach(c -> h.raw("<option value=\"" + c + "\">" + c + "</option>"));
            h.raw("</select></div>");
        }
        h.raw("<div class=\"phone-sort\"><label for=\"" + id + "order\">Sort by</label><select id=\"" + id
                + "order\">");
        for (int i = 0; i < columns.size(); i++) {
            h.raw("<option value=\"" + i + "\">").text(columns.get(i).name()).raw("</option>");
        }
        h.raw("</select></div><p id=\"" + id + "shown\" role=\"status\" class=\"soft\"></p></div>\n");
        h.raw("<table class=\"callers\" data-what=\"").text(what).raw("\"><thead><tr>");
        for (int i = 0; i < columns.size(); i++) {
            h.raw("<th scope=\"col\" aria-sort=\"" + (i == 0 ? "ascending" : "none") + "\" data-type=\""
                    + (columns.get(i).number() ? "number" : "text") + "\"><button type=\"button\">");
            h.text(columns.get(i).name()).raw("</button></th>");
        }
        h.raw("</tr></thead>\n");
    }

    /**
     * Begins a row, to be ended by {@link #endRow}.
     *
     * @param kind one of the choices; null where there are none
     */
    public void beginRow(Html h, String kind) {
        h.raw("<tbody class=\"caller\"" + (kind == null ? "" : " data-standing=\"" + kind + "\"") + "><tr>");
    }

    /** A cell with a mark of the row's kind, sorted by a number. */
    public void mark(Html h, long order, String kind) {
        h.raw("<td data-sort=\"" + order + "\"><span class=\"standing " + kind + "\">" + kind + "</span></td>");
    }

    /** A cell of text; null is an empty one. */
    public void cell(Html h, int column, String value) {
        String text = value == null ? "" : value;
        h.raw("<td data-label=\"" + columns.get(column).name() + "\" data-sort=\"")
                .text(text)
                .raw("\">");
        h.text(text).raw("</td>");
    }

    /** A cell of a number. */
    public void number(Html h, int column, long value) {
        h.raw("<td class=\"number\" data-label=\"" + columns.get(column).name() + "\" data-sort=\"" + value + "\">"
                + value + "</td>");
    }

    /** What is known of the row, below it. */
    public void beginDetails(Html h) {
        h.raw("</tr>\n<tr><td colspan=\"" + columns.size() + "\">");
    }

    public void endDetails(Html h) {
        h.raw("</td>");
    }

    public void endRow(Html h) {
        h.raw("</tr></tbody>\n");
    }

    public void end(Html h) {
        h.raw("</table>");
    }
}
