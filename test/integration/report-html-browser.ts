/** A headless Chromium, driven over the DevTools protocol on two pipes: no port, no package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a browser of this machine; undefined if there is none. */
export function findBrowser(): string | undefined {
  return [process.env['CHROMIUM'], ...places].find(
    (path) => path !== undefined && path !== '' && existsSync(path),
  );
}

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

type Settle = (answer: Answer) => void;

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
  ...['--remote-debugging-pipe', '--hide-scrollbars'],
];

export class Browser {
  /** Errors and exceptions of the page, and requests that it made. */
  readonly troubles: string[] = [];
  readonly requests: string[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #waiting = new Map<number, Settle>();
  #session: string | undefined;
  #next = 0;
  #loaded: (() => void) | undefined;

  constructor(path: string) {
    this.#folder = mkdtempSync(join(tmpdir(), 'dsx-browser-'));
    this.#child = spawn(path, [...flags, `--user-data-dir=${this.#folder}`, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#child.on('exit', () => {
      for (const settle of this.#waiting.values())
        settle({ error: { message: 'the browser ended' } });
    });
    let text = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (text + chunk).split('\0');
      text = parts.pop() ?? '';
      for (const part of parts) this.#take(JSON.parse(part) as Answer);
    });
  }

  async open(): Promise<void> {
    const { targetInfos } = (await this.#send('Target.getTargets')) as {
      targetInfos: { type: string; targetId: string }[];
    };
    const page = targetInfos.find(({ type }) => type === 'page');
    const attached = await this.#send('Target.attachToTarget', {
      targetId: page?.targetId,
      flatten: true,
    });
    this.#session = attached['sessionId'] as string;
    for (const domain of ['Page', 'Runtime', 'Network', 'Log'])
      await this.#send(`${domain}.enable`);
  }

  /** Loads a page and returns the milliseconds until its load event. */
  async load(url: string): Promise<number> {
    const loaded = new Promise<void>((resolve) => (this.#loaded = resolve));
    const started = performance.now();
    await this.#send('Page.navigate', { url });
    await loaded;
    return performance.now() - started;
  }

  /** The value of an expression in the page; promises are awaited. */
  async evaluate(expression: string): Promise<unknown> {
    const answer = await this.#send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (answer['exceptionDetails'] !== undefined)
      throw new Error(`in the page: ${JSON.stringify(answer['exceptionDetails'])}`);
    return (answer['result'] as { value?: unknown }).value;
  }

  async send(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    return this.#send(method, params);
  }

  /** Asked to end, not killed: its helper processes would go on writing into the folder. */
  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    this.#session = undefined;
    await this.#send('Browser.close').catch(() => undefined);
    await ended;
    clearTimeout(kill);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }

  #send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = (this.#next += 1);
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const text = JSON.stringify({ id, method, params, ...session });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result ?? {});
        else reject(new Error(`${method}: ${error.message}`));
      });
      (this.#child.stdio[3] as Writable).write(`${text}\0`);
    });
  }

  #take(answer: Answer): void {
    if (answer.id !== undefined) {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
      return;
    }
    const { method, params = {} } = answer;
    if (method === 'Page.loadEventFired') this.#loaded?.();
    if (method === 'Runtime.exceptionThrown') this.troubles.push(JSON.stringify(params));
    if (method === 'Log.entryAdded') this.troubles.push(JSON.stringify(params['entry']));
    if (method === 'Network.requestWillBeSent')
      this.requests.push((params['request'] as { url: string }).url.slice(0, 200));
  }
}
