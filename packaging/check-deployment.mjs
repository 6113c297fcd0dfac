// Part of packaging/check-deployment: what needs a parser. Arguments: packaging's folder, a folder for what is made.
import { parse as parseHcl } from '@cdktf/hcl2json';
import { validateIdentityPolicy } from '@cloud-copilot/iam-policy';
import fs from 'node:fs';
import path from 'node:path';
import { parseAllDocuments, parse as parseYaml } from 'yaml';

const [packaging, made] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(packaging, name), 'utf8');
let bad = 0;
const result = (name, problems) => {
  console.log(problems.length ? `BAD: ${name}\n  ${problems.join('\n  ')}` : `ok: ${name}`);
  bad += problems.length;
};

// Kubernetes: values by the validators that are generated from its OpenAPI; names of fields by its types, which the compiler checks afterwards.
let number = 0;
for (const document of parseAllDocuments(read('kubernetes/imdsight.yaml'))) {
  const object = document.toJS();
  const models = `kubernetes-models/${object.apiVersion}`;
  const problems = [];
  try {
    new (await import(models))[object.kind](object).validate();
  } catch (e) {
    problems.push(e.message);
  }
  result(`${object.kind} ${object.metadata.name}`, problems);
  fs.writeFileSync(
    path.join(made, `manifest-${++number}.ts`),
    `import type { I${object.kind} } from '${models}/${object.kind}';\nexport const object: I${object.kind} = ${JSON.stringify(object, null, 2)};\n`);
}

for (const name of fs.readdirSync(path.join(packaging, 'iam')).sort()) {
  const problems = await validateIdentityPolicy(JSON.parse(read(`iam/${name}`)));
  result(`iam/${name}`, problems.map((p) => `${p.path}: ${p.message}`));
}

const terraform = await parseHcl('main.tf', read('terraform/main.tf'));
const used = new Set([...read('terraform/main.tf').matchAll(/\bvar\.([a-z_]+)/g)].map((m) => m[1]));
result('terraform/main.tf', [
  ...Object.keys(terraform.variable).filter((v) => !used.has(v)).map((v) => `variable ${v} is not used`),
  ...[...used].filter((v) => !terraform.variable[v]).map((v) => `variable ${v} is not declared`)]);

// Command documents: what the user guide says of schema version 2.2, as far as it is simple to say.
const ssm = parseYaml(read('ssm/imdsight-audit.yaml'));
const script = ssm.mainSteps[0].inputs.runCommand.join('\n');
result('ssm/imdsight-audit.yaml', [
  ...(ssm.schemaVersion === '2.2' ? [] : ['schema version']),
  ...Object.entries(ssm.parameters)
    .filter(([, p]) => !['String', 'StringList', 'Integer', 'Boolean', 'MapList', 'StringMap'].includes(p.type))
    .map(([n]) => `type of ${n}`),
  ...Object.entries(ssm.parameters)
    .filter(([, p]) => p.default !== undefined && p.allowedPattern && !new RegExp(p.allowedPattern).test(p.default))
    .map(([n]) => `default of ${n} is none that it allows`),
  ...[...script.matchAll(/SSM_([A-Za-z0-9]+)/g)].map((m) => m[1]).filter((n) => ssm.parameters[n]?.interpolationType !== 'ENV_VAR')
    .map((n) => `${n} is not passed by environment`),
  ...(script.includes('{{') ? ['a parameter is put into the script\'s text'] : [])]);

process.exit(bad ? 1 : 0);
