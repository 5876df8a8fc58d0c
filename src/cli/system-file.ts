/**
 * `system:` in `dsx.yaml`: a system of the user's, described and not programmed. A command
 * line for each node, how to see that a node is ready, and for each object that it offers the
 * HTTP requests of its clients.
 */
import { dirname, resolve } from 'node:path';
import { isMap, isScalar, isSeq } from 'yaml';
import { didYouMean, listed } from '../base/text.ts';
import {
  type AnswerRule,
  type HttpCall,
  type HttpCalls,
  httpClient,
  requestPlaces,
} from '../client/http-client.ts';
import { acceptsConnections } from '../client/tcp.ts';
import { fill, placesOf, splitWords } from '../client/template.ts';
import type {
  NodePlace,
  NodeProgram,
  OpenServerClient,
  ServerSite,
  ServerTarget,
} from '../contract/target.ts';
import { type Complain, Fields } from './yaml-fields.ts';

/** The address of a node by its name: `{n1.address}`. */
const otherNode = /^[\w-]+\.address$/;

const nodePlaces = ['node', 'number', 'index', 'address', 'data'];
/** What the others call it: another address than its own only where proxies stand between. */
const sitePlaces = [...nodePlaces, 'peer-address'];

interface List {
  readonly each: string;
  readonly of: 'all' | 'others';
  readonly join: string;
}

type Lists = Readonly<Record<string, List>>;

/** Where a node is asked whether it is ready. */
type Readiness =
  | { readonly kind: 'tcp'; readonly port: number }
  | { readonly kind: 'http'; readonly url: string };

/** @param file absolute: paths that begin with a dot are meant from its folder */
export function parseSystem(node: unknown, file: string, complain: Complain): ServerTarget {
  return new SystemParser(file, complain).system(node);
}

class SystemParser {
  readonly #folder: string;
  readonly #complain: Complain;

  constructor(file: string, complain: Complain) {
    this.#folder = dirname(file);
    this.#complain = complain;
  }

  system(node: unknown): ServerTarget {
    const known = ['name', 'summary', 'nodes', 'testbed', 'peer-ports', 'run', 'env', 'files'];
    const others = ['setup', 'lists', 'ready', 'formed', 'install', 'survives', 'client'];
    const all = [...known, ...others, 'version', 'at-least', 'start-seconds'];
    const fields = new Fields(node, 'system', all, this.#complain);
    const lists = this.#lists(fields.fields('lists'));
    const run = this.#commands(fields, lists);
    const env = this.#templates(fields.fields('env'), lists);
    const files = this.#templates(fields.fields('files'), lists);
    const setup = this.#setup(fields, lists);
    const ready = this.#readiness(fields, 'ready');
    const formed = fields.has('formed') ? this.#readiness(fields, 'formed') : undefined;
    const clients = this.#clients(fields);
    const peerPorts = this.#peerPorts(fields);
    const install = fields.text('install') ?? null;
    const programs = [...new Set([...run.values()].map((words) => words[0] ?? ''))];
    const server: ServerTarget['server'] = (site) => {
      const values = valuesAt(site, lists);
      const words = run.get(site.node) ?? run.get('others') ?? [];
      const environment = filled(env, values);
      return {
        program: programOf(words, environment, values),
        files: filled(files, values),
        setup: setup.map((one) => programOf(one, environment, values)),
      };
    };
    return {
      name: fields.text('name') ?? 'system',
      summary: fields.text('summary') ?? 'described in dsx.yaml',
      testbed: this.#testbed(fields, peerPorts),
      ...(peerPorts === undefined ? {} : { peerPorts }),
      nodeCount: this.#count(fields),
      objects: Object.keys(clients),
      survives: (fields.text('survives') ?? '').split(',').filter((name) => name !== ''),
      reportsPrimary: false,
      variants: [{ name: 'own', summary: 'as described in dsx.yaml' }],
      commands: programs.map((command) => ({ command, debianPackage: install })),
      ...(clients['register'] !== undefined && clients['register']['cas'] === undefined
        ? { defaults: { cas: 'no' } }
        : {}),
      ...this.#versions(fields),
      ...this.#startSeconds(fields),
      server,
      up: (place, signal) => ask(ready, place, signal),
      ...(formed === undefined
        ? {}
        : {
            formed: async (places, signal) => {
              await Promise.all(places.map((place) => ask(formed, place, signal)));
            },
          }),
      clients: Object.fromEntries(
        Object.entries(clients).map(([object, calls]): [string, OpenServerClient] => [
          object,
          async (place) => httpClient(calls, place),
        ]),
      ),
    };
  }

  #count(fields: Fields): number {
    const text = fields.text('nodes') ?? '3';
    const count = Number(text);
    if (Number.isInteger(count) && count >= 1 && count <= 200) return count;
    throw this.#complain(fields.at('nodes'), `nodes takes a number from 1 to 200; got "${text}"`);
  }

  #testbed(fields: Fields, peerPorts: readonly number[] | undefined): 'netns' | 'loopback' {
    const name = fields.text('testbed') ?? 'netns';
    if (name !== 'netns' && name !== 'loopback')
      throw this.#complain(
        fields.at('testbed'),
        `testbed takes netns or loopback; got "${name}".${didYouMean(name, ['netns', 'loopback'])}`,
      );
    if (name === 'loopback' && peerPorts === undefined)
      throw this.#complain(
        fields.at('testbed'),
        'the testbed loopback stands between the nodes, and so needs the ports on which they speak to each other, as in `peer-ports: [2380]`',
      );
    return name;
  }

  /** How to ask for the version, and the oldest that will do. */
  #versions(fields: Fields): Pick<ServerTarget, 'version' | 'oldestVersion'> {
    const version = fields.words('version');
    const oldestVersion = fields.text('at-least');
    if (oldestVersion === undefined) return version === undefined ? {} : { version };
    if (version === undefined)
      throw this.#complain(
        fields.at('at-least'),
        'at-least needs the command line that tells the version, as in `version: my-server --version`',
      );
    if (!/^\d+(\.\d+)*$/.test(oldestVersion))
      throw this.#complain(
        fields.at('at-least'),
        `at-least takes a version, in quotes, as in "3.10"; got "${oldestVersion}"`,
      );
    return { version, oldestVersion };
  }

  #startSeconds(fields: Fields): Pick<ServerTarget, 'startSeconds'> {
    const text = fields.text('start-seconds');
    if (text === undefined) return {};
    if (Number(text) > 0 && Number(text) <= 600) return { startSeconds: Number(text) };
    throw this.#complain(
      fields.at('start-seconds'),
      `start-seconds takes a number up to 600; got "${text}"`,
    );
  }

  /** One port, or a list of such. */
  #peerPorts(fields: Fields): readonly number[] | undefined {
    if (!fields.has('peer-ports')) return undefined;
    const value = fields.at('peer-ports');
    const items = isSeq(value) ? value.items : [value];
    return items.map((item) => {
      const port = isScalar(item) ? Number(item.value) : Number.NaN;
      if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
      throw this.#complain(item, 'peer-ports takes a port or a list of ports, as in [2380, 7000]');
    });
  }

  /** Command lines by node; `others` for those that have none of their own. */
  #commands(fields: Fields, lists: Lists): ReadonlyMap<string, readonly string[]> {
    const example = '`run: ./server --listen {address}:8080`';
    if (!fields.has('run')) fields.required('run', example);
    if (!isMap(fields.at('run'))) return new Map([['others', this.#command(fields, 'run', lists)]]);
    const perNode = new Fields(fields.at('run'), 'run', undefined, this.#complain);
    return new Map(perNode.names.map((name) => [name, this.#command(perNode, name, lists)]));
  }

  #command(fields: Fields, name: string, lists: Lists): readonly string[] {
    const words = fields.words(name) ?? [];
    if (words.length === 0) throw this.#complain(fields.at(name), `${name} takes a command line`);
    this.#checkPlaces(fields.at(name), words.join(' '), [...sitePlaces, ...Object.keys(lists)]);
    return words.map((word) => (/^\.{1,2}(\/|$)/.test(word) ? resolve(this.#folder, word) : word));
  }

  /** One command line, or a list of such. */
  #setup(fields: Fields, lists: Lists): readonly (readonly string[])[] {
    if (!fields.has('setup')) return [];
    const value = fields.at('setup');
    if (!isSeq(value)) return [this.#command(fields, 'setup', lists)];
    return value.items.map((item) => {
      const line = isScalar(item) ? String(item.value) : '';
      this.#checkPlaces(item, line, [...sitePlaces, ...Object.keys(lists)]);
      return splitWords(line);
    });
  }

  #templates(fields: Fields | undefined, lists: Lists): Readonly<Record<string, string>> {
    const texts = fields?.texts() ?? {};
    for (const [name, text] of Object.entries(texts))
      this.#checkPlaces(fields?.at(name), text, [...sitePlaces, ...Object.keys(lists)]);
    return texts;
  }

  #lists(fields: Fields | undefined): Lists {
    const lists: Record<string, List> = {};
    for (const name of fields?.names ?? []) {
      const value = fields?.at(name);
      if (!isMap(value)) {
        lists[name] = { each: fields?.text(name) ?? '', of: 'all', join: ',' };
      } else {
        const own = new Fields(value, name, ['each', 'of', 'join'], this.#complain);
        const of = own.text('of') ?? 'all';
        if (of !== 'all' && of !== 'others')
          throw this.#complain(own.at('of'), `of takes all or others; got "${of}"`);
        const each = own.required('each', '`each: "{address}:7000"`');
        lists[name] = { each, of, join: own.text('join') ?? ',' };
      }
      this.#checkPlaces(value, lists[name].each, nodePlaces);
    }
    return lists;
  }

  #readiness(fields: Fields, name: 'ready' | 'formed'): Readiness {
    const example = '`ready: {tcp: 8080}` or `ready: {http: "http://{address}:8080/health"}`';
    const own = fields.fields(name, ['tcp', 'http']);
    if (own === undefined) throw this.#complain(fields.node, `system needs ${example}`);
    const port = own.text('tcp');
    const url = own.text('http');
    if (port !== undefined && url === undefined) {
      if (Number.isInteger(Number(port)) && Number(port) > 0 && Number(port) < 65_536)
        return { kind: 'tcp', port: Number(port) };
      throw this.#complain(own.at('tcp'), `tcp takes a port; got "${port}"`);
    }
    if (url === undefined || port !== undefined)
      throw this.#complain(own.node, `${name} takes one of tcp and http, as in ${example}`);
    this.#checkPlaces(own.at('http'), url, nodePlaces);
    return { kind: 'http', url };
  }

  /** By object type, then by function. */
  #clients(fields: Fields): Readonly<Record<string, HttpCalls>> {
    const example =
      '`client: {register: {read: {request: "GET http://{address}:8080/{key}"}, write: …}}`';
    const objects = fields.fields('client');
    if (objects === undefined || objects.names.length === 0)
      throw this.#complain(fields.node, `system needs ${example}`);
    const clients: Record<string, HttpCalls> = {};
    for (const object of objects.names) {
      const calls = objects.fields(object);
      const described = calls?.names.map((f) => [f, this.#call(calls, f)] as const) ?? [];
      clients[object] = Object.fromEntries(described);
    }
    return clients;
  }

  #call(calls: Fields, f: string): HttpCall {
    const known = ['request', 'body', 'headers', 'result', 'none', 'fail', 'unknown', 'ok'];
    const fields = new Fields(calls.at(f), f, known, this.#complain);
    const request = fields.required('request', '`request: PUT http://{address}:8080/{key}`');
    const [, method, url] = /^([A-Z]+)\s+(https?:\/\/\S+)$/.exec(request) ?? [];
    if (method === undefined || url === undefined)
      throw this.#complain(
        fields.at('request'),
        `request takes a method and an address, as in PUT http://{address}:8080/{key}; got "${request}"`,
      );
    const places = ['address', 'node', ...requestPlaces];
    this.#checkPlaces(fields.at('request'), url, places);
    const body = fields.text('body') ?? null;
    if (body !== null) this.#checkPlaces(fields.at('body'), body, places);
    return {
      method,
      url,
      headers: fields.fields('headers')?.texts() ?? {},
      body,
      result: fields.text('result') ?? '',
      answers: {
        none: this.#rules(fields, 'none'),
        fail: this.#rules(fields, 'fail'),
        unknown: this.#rules(fields, 'unknown'),
        ok: fields.has('ok') ? this.#rules(fields, 'ok') : [{ kind: 'status', from: 200, to: 299 }],
      },
    };
  }

  /** `404`, `4xx`, `/a pattern in the body/`, or a list of such. */
  #rules(fields: Fields, name: string): readonly AnswerRule[] {
    const value = fields.at(name);
    const items = isSeq(value) ? value.items : value === undefined ? [] : [value];
    return items.map((item): AnswerRule => {
      const text = isScalar(item) ? String(item.value) : '';
      const [, digits, any] = /^([1-5])(\d\d|xx)$/.exec(text) ?? [];
      if (digits !== undefined && any === 'xx')
        return { kind: 'status', from: Number(digits) * 100, to: Number(digits) * 100 + 99 };
      if (digits !== undefined) return { kind: 'status', from: Number(text), to: Number(text) };
      const pattern = /^\/(.+)\/(i?)$/.exec(text);
      if (pattern === null)
        throw this.#complain(
          item,
          `${name} takes statuses such as 404 or 4xx, and patterns of the body such as /not found/; got "${text}"`,
        );
      try {
        return { kind: 'body', pattern: new RegExp(pattern[1] ?? '', pattern[2]) };
      } catch (thrown) {
        throw this.#complain(item, `${text} is no regular expression: ${String(thrown)}`);
      }
    });
  }

  #checkPlaces(node: unknown, text: string, known: readonly string[]): void {
    const unknown = placesOf(text).find(
      (name) => !known.includes(name) && !(known.includes('number') && otherNode.test(name)),
    );
    if (unknown !== undefined)
      throw this.#complain(
        node,
        `nothing is known to put in place of {${unknown}}.${didYouMean(unknown, known)} There are: ${listed(known.map((one) => `{${one}}`))}.`,
      );
  }
}

type Values = (name: string) => string | undefined;

function valuesOf(place: NodePlace): Values {
  const values: Readonly<Record<string, string>> = {
    node: place.node,
    number: String(place.index + 1),
    index: String(place.index),
    address: place.address,
    data: place.dataFolder,
  };
  return (name) => values[name];
}

function valuesAt(site: ServerSite, lists: Lists): Values {
  const own = valuesOf(site);
  return (name) => {
    const list = lists[name];
    if (name === 'peer-address') return site.peers[site.index]?.address ?? site.address;
    if (list === undefined) {
      const other = site.peers.find((peer) => `${peer.node}.address` === name);
      return other?.address ?? own(name);
    }
    const peers = site.peers.filter((peer) => list.of === 'all' || peer.node !== site.node);
    return peers.map((peer) => fill(list.each, valuesOf(peer))).join(list.join);
  };
}

function filled(texts: Readonly<Record<string, string>>, values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [fill(name, values), fill(text, values)]),
  );
}

function programOf(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  values: Values,
): NodeProgram {
  const [command = '', ...args] = words.map((word) => fill(word, values));
  return { command, args, env };
}

async function ask(readiness: Readiness, place: NodePlace, signal: AbortSignal): Promise<void> {
  if (readiness.kind === 'tcp') {
    await acceptsConnections(place.address, readiness.port, signal);
    return;
  }
  const url = fill(readiness.url, valuesOf(place));
  const response = await fetch(url, { signal });
  await response.text();
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
}
