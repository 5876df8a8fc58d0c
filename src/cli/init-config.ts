/** The text of a first `dsx.yaml`, from what was found in a folder. */
import type { Findings, FoundSystem } from './init-findings.ts';

/** @param schema path of the JSON Schema for editors; null: it is not here */
export function configFor({ name, system }: Findings, schema: string | null): string {
  const head = schema === null ? [] : [`# yaml-language-server: $schema=${schema}`];
  return [
    ...head,
    '# What dsx tests here, and how. Each line is a flag of `dsx test`, which beats it.',
    '# Every setting: dsx test --help. What there is to choose from: dsx list.',
    '',
    ...systemLines(name, system),
    '',
    ...commonLines(system),
    '',
  ].join('\n');
}

function systemLines(name: string, system: FoundSystem): readonly string[] {
  switch (system.kind) {
    case 'bin':
      return [
        '# A program that reads and writes one JSON message a line, as Maelstrom has it.',
        ...(system.build === null ? [] : [`# Make it first: ${system.build}`]),
        `bin: ${system.bin}`,
        '# args: [--verbose]           # what the program is started with, one word an entry',
        '',
        '# What clients do, and with that what is promised: lin-kv, broadcast, kafka, queue, lock, …',
        `workload: ${system.workload}`,
        'node-count: 3',
      ];
    case 'server':
      return serverLines(name, system);
    case 'target':
      return [
        '# A system that dsx knows how to start: see dsx list targets. It is started as processes,',
        '# in a network of its own, and not as containers.',
        `target: ${system.target}`,
        '# variant: …                  # another configuration of it',
        '',
        'workload: register',
      ];
    default:
      return [
        '# One of these three:',
        '#   1. A program that reads and writes one JSON message a line, as Maelstrom has it, in any',
        '#      language. A whole one in forty lines is in the tutorial.',
        "bin: '<fill in: the path of your program, such as ./node>'",
        'workload: lin-kv',
        'node-count: 3',
        '#   2. A server that speaks HTTP: take bin away, and describe it under `system:`, as in the',
        '#      guide "Testing your own system".',
        '#   3. A system that dsx knows: take bin away, and name it.',
        '# target: raft',
      ];
  }
}

function serverLines(
  name: string,
  { run, port, build }: Extract<FoundSystem, { kind: 'server' }>,
): readonly string[] {
  const named = name.replaceAll(/[^\w-]+/g, '-').toLowerCase() || 'mine';
  const port_ = String(port);
  return [
    '# A server of yours: each node in a network namespace with an IP address of its own (Linux).',
    '# {address}, {node}, {number} and {data} are put in for each node.',
    ...(build === null ? [] : [`# Make it first: ${build}`]),
    'system:',
    `  name: ${named}`,
    '  nodes: 3',
    '  # How one node is started. If nodes must know each other, as in --peers {peers}:',
    "  # lists: {peers: '{address}:7000'}",
    `  run: '${run} <fill in: its arguments, such as --listen {address}:${port_}>'`,
    '  # When it takes requests: a port that answers, or {http: a URL that answers 2xx}.',
    `  ready: {tcp: ${port_}}`,
    '  # What clients send. An answer that no line knows is of unknown outcome.',
    '  client:',
    '    register:',
    '      read:',
    `        request: 'GET http://{address}:${port_}<fill in: where a value is read, such as /keys/{key}>'`,
    '        none: 404                # there is no value yet',
    '        # result: data.value     # where in a JSON answer the value is; else all of it',
    '      write:',
    `        request: 'PUT http://{address}:${port_}<fill in: where a value is written, such as /keys/{key}>'`,
    "        body: '{value}'",
    '',
    'workload: register',
  ];
}

function commonLines(system: FoundSystem): readonly string[] {
  const isServer = system.kind === 'server' || system.kind === 'target';
  return [
    '# Seconds of load, and operations a second over all clients.',
    'time-limit: 10',
    'rate: 100',
    '',
    '# What goes wrong. Begin with none: what is found then is a bug without any help.',
    `nemesis: ${system.kind === 'target' ? '[partition, kill]' : 'none'}`,
    `# nemesis: [partition, kill, pause${isServer ? ', packet, clock' : ''}]`,
    '# nemesis-interval: 2          # mean seconds between faults',
    '',
    '# Numbers that must hold, or the test exits 1.',
    '# gate: ["latency.p99<200ms", "availability>99%"]',
  ];
}
