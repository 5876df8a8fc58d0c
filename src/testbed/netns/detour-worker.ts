/**
 * The detour: a process that holds back packets. The kernel hands it the frames of the links
 * that shall be slow, through a TAP device on the bridge; it writes each back when its time
 * has come, and the bridge goes on with it as if nothing had been. So delays need no module
 * of the kernel's, and links that are not slow do not notice.
 *
 * Reads lines of JSON on stdin (`DetourOrder`), answers each with the line `ok`.
 */
import { spawnSync } from 'node:child_process';
import { openSync, read, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { prng, Random } from '../../base/prng.ts';

/** All links that the detour knows now; frames of others are dropped. */
export interface DetourOrder {
  readonly links: readonly DetourLink[];
}

export interface DetourLink {
  /** IPv4 addresses. */
  readonly from: string;
  readonly to: string;
  readonly delays: readonly { readonly meanMs: number; readonly jitterMs: number }[];
  readonly bandwidths: readonly { readonly kilobitsPerSecond: number }[];
  readonly reorders: readonly { readonly probability: number; readonly delayMs: number }[];
}

interface Held {
  readonly dueMs: number;
  readonly frame: Buffer;
}

const [device = '', seed = '0'] = process.argv.slice(2);
/** Larger than any frame: the device takes apart what is more than its MTU. */
const frameBytesMax = 65_600;
/** More than this held back at once, and frames are dropped: memory has an end. */
const heldMax = 20_000;
/** Offsets in an Ethernet frame with an IPv4 packet. */
const [typeAt, sourceAt, destinationAt] = [12, 26, 30];
const ipv4 = 0x0800;

const random = new Random(prng(Number(seed)));
let routes: ReadonlyMap<string, DetourLink> = new Map();
/** Of each link, the frames that keep their order. */
const queues = new Map<string, Held[]>();
/** Of each narrow link, when its line is free again. */
const lineFreeAtMs = new Map<string, number>();
let heldCount = 0;
const fd = openTap(device);

createInterface({ input: process.stdin }).on('line', (line) => {
  const { links } = JSON.parse(line) as DetourOrder;
  routes = new Map(links.map((link) => [linkKey(link.from, link.to), link]));
  process.stdout.write('ok\n');
});
readNext();
process.stdout.write('ok\n');

/**
 * Attaches a descriptor to a new TAP device. Node has no ioctl, so perl makes it, on the
 * descriptor that it inherits: what is attached is the open file, and that is shared.
 */
function openTap(name: string): number {
  const file = openSync('/dev/net/tun', 'r+');
  // TUNSETIFF with IFF_TAP | IFF_NO_PI.
  const program =
    'open(F, "+<&=3") or die $!; ioctl(F, 0x400454ca, pack("a16 S x22", $ARGV[0], 0x1002)) or die "TUNSETIFF: $!"';
  const { status, stderr } = spawnSync('perl', ['-e', program, name], {
    stdio: ['ignore', 'inherit', 'pipe', file],
    encoding: 'utf8',
  });
  if (status === 0) return file;
  process.stderr.write(`the detour has no device: ${stderr}\n`);
  process.kill(process.pid, 'SIGKILL');
  return file;
}

function readNext(): void {
  const frame = Buffer.allocUnsafe(frameBytesMax);
  read(fd, frame, 0, frameBytesMax, null, (error, length) => {
    // The device is gone, and with it all that there was to do. An exit would wait for the read.
    if (error !== null) process.kill(process.pid, 'SIGKILL');
    readNext();
    take(frame.subarray(0, length));
  });
}

function take(frame: Buffer): void {
  if (frame.length < destinationAt + 4 || frame.readUInt16BE(typeAt) !== ipv4) return;
  const key = linkKey(address(frame, sourceAt), address(frame, destinationAt));
  const route = routes.get(key);
  if (route === undefined || heldCount >= heldMax) return;
  heldCount += 1;
  const queue = queues.get(key) ?? [];
  queues.set(key, queue);
  const nowMs = performance.now();
  const delayMs = route.delays.reduce(
    (sum, { meanMs, jitterMs }) => sum + Math.max(0, meanMs + (2 * random.unit() - 1) * jitterMs),
    0,
  );
  const lineMs = route.bandwidths.reduce(
    (sum, { kilobitsPerSecond }) => sum + (8 * frame.length) / kilobitsPerSecond,
    0,
  );
  const freeAtMs = Math.max(nowMs, lineFreeAtMs.get(key) ?? 0) + lineMs;
  lineFreeAtMs.set(key, freeAtMs);
  const dueMs = Math.max(freeAtMs + delayMs, queue.at(-1)?.dueMs ?? 0);
  const lateMs = route.reorders
    .filter(({ probability }) => random.chance(probability))
    .reduce((sum, reorder) => sum + reorder.delayMs, 0);
  const held = { dueMs, frame: Buffer.from(frame) };
  if (lateMs > 0) setTimeout(release, dueMs + lateMs - nowMs, key, held);
  else if (queue.push(held) === 1) goOn(key, queue);
}

/**
 * Sends what is due, in the order of arrival: two timers would not keep it, for Node rounds
 * them to milliseconds.
 */
function goOn(key: string, queue: Held[]): void {
  for (;;) {
    const [first] = queue;
    if (first === undefined) return;
    const waitMs = first.dueMs - performance.now();
    if (waitMs > 0) {
      setTimeout(goOn, waitMs, key, queue);
      return;
    }
    queue.shift();
    release(key, first);
  }
}

function release(key: string, { frame }: Held): void {
  heldCount -= 1;
  // What a cut has caught on its way does not arrive.
  if (!routes.has(key)) return;
  try {
    writeSync(fd, frame);
  } catch {
    // The device is full or going down: a lost packet, as on any network.
  }
}

function linkKey(from: string, to: string): string {
  return `${from}>${to}`;
}

function address(frame: Buffer, at: number): string {
  return `${frame[at] ?? 0}.${frame[at + 1] ?? 0}.${frame[at + 2] ?? 0}.${frame[at + 3] ?? 0}`;
}
