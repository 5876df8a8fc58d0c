/**
 * JSON Schema of `dsx.yaml`, for editors: completion, descriptions, red underlines. Made from
 * the table that validates the file itself.
 */
import type { Json, JsonObject } from '../base/json.ts';
import { modelCatalog } from '../checker/catalog.ts';
import { loadNemeses, loadTargets, loadWorkloads } from '../registry.ts';
import {
  type NameSource,
  type Setting,
  type SettingKind,
  switchTable,
  textSettings,
} from './setting-table.ts';

/** The names that an editor offers. Others are allowed: a schema of yesterday refuses nothing. */
export type OfferedNames = Readonly<Record<NameSource, readonly string[]>>;

export async function offeredNames(): Promise<OfferedNames> {
  return {
    workloads: [...(await loadWorkloads()).values()].flatMap(({ name, aliases }) => [
      name,
      ...aliases,
    ]),
    targets: [...(await loadTargets()).keys()],
    nemeses: [...(await loadNemeses()).keys()],
    models: modelCatalog().map(({ name }) => name),
  };
}

export function configSchema(names: OfferedNames): JsonObject {
  const texts = Object.entries(textSettings).map(([name, setting]) => [
    name,
    { description: setting.summary, ...valueSchema(setting, names) },
  ]);
  const switches = Object.entries(switchTable).map(([name, summary]) => [
    name,
    { description: summary, type: 'boolean' },
  ]);
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'dsx.yaml',
    description: 'Settings of dsx test: its flags by their names.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...(Object.fromEntries([...texts, ...switches]) as JsonObject),
      ...furtherProperties([...names.nemeses]),
    },
  };
}

const scalar = { type: ['string', 'number', 'boolean'] };

function furtherProperties(nemeses: readonly string[]): JsonObject {
  return {
    options: {
      description: 'options of the workload, by name; see `dsx list workloads --json`',
      type: 'object',
      additionalProperties: scalar,
    },
    system: {
      description: 'a system of your own: how its nodes are started, and how clients speak to it',
      type: 'object',
    },
    folder: {
      description:
        'where relative paths of system are meant from (default: the folder of this file)',
      type: 'string',
    },
    args: {
      description: 'arguments of the program of bin, one an entry',
      type: 'array',
      items: scalar,
    },
    faults: {
      description: 'faults at set times, and no random ones',
      type: 'array',
      items: {
        type: 'object',
        required: ['at', 'for'],
        minProperties: 3,
        maxProperties: 3,
        properties: {
          at: { description: 'when it begins, as in 5s', type: ['string', 'number'] },
          for: { description: 'how long it lasts, as in 3s', type: ['string', 'number'] },
          ...Object.fromEntries(
            nemeses.map((name) => [
              name,
              { description: `a ${name} fault: its shape, or who it strikes` },
            ]),
          ),
        },
      },
    },
  };
}

function valueSchema({ value, names }: Setting, known: OfferedNames): JsonObject {
  const own: readonly Json[] = names === undefined ? [] : [{ enum: [...known[names]] }];
  return kindSchema(value, own);
}

/** An editor offers the names it knows, and takes others. */
function kindSchema(value: SettingKind, names: readonly Json[]): JsonObject {
  switch (value.kind) {
    case 'number': {
      const { min, max, integer = false } = value;
      const upper = max === undefined ? {} : { maximum: max };
      return { type: integer ? 'integer' : 'number', minimum: min, ...upper };
    }
    case 'choice':
      return { enum: [...value.choices] };
    case 'pattern':
      return { anyOf: [{ type: 'string', pattern: value.pattern }, { type: 'number' }] };
    case 'words':
      return { anyOf: [...names, scalar, { type: 'array', items: { anyOf: [...names, scalar] } }] };
    default:
      return { anyOf: [...names, scalar] };
  }
}
