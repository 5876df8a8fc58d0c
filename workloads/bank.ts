/**
 * Money moves between accounts, and no read may see it appear or vanish (Jepsen's
 * `tests.bank`).
 *
 * | op | value of invoke | value of ok |
 * |---|---|---|
 * | `transfer` | `{"from": "0", "to": "3", "amount": 2}` | the same |
 * | `read` | null | `{"0": 12, "1": 13, …}` |
 */
import {
  assert,
  bank,
  type Client,
  drawInt,
  drawUnit,
  eachThread,
  enough,
  isObject,
  type Json,
  type JsonObject,
  type OpRequest,
  type OptionValues,
  type Outcome,
  of,
  type Prng,
  type RpcChannel,
  RpcError,
  repeat,
  repeatedly,
  TargetError,
  UsageError,
  untilOk,
  type Workload,
} from '../src/sdk.ts';

/** Nodes may still be electing a leader when they are first asked. */
const openWithinMs = 20_000;
const lastRead: OpRequest = { f: 'read', value: null, final: true };
/** Accounts may still be locked by transfers that a crash left undecided: a refused read asks again. */
const lastTriesMax = 8;

function bankClient(rpc: RpcChannel): Client {
  return {
    async invoke({ f, value }, signal): Promise<Outcome> {
      try {
        const reply = await rpc.request(requestOf(f, value), signal);
        return f === 'read' ? balancesIn(reply) : { type: 'ok', value };
      } catch (thrown) {
        if (!(thrown instanceof RpcError)) throw thrown;
        const isHarmless = thrown.definite || f === 'read';
        return { type: isHarmless ? 'fail' : 'info', error: [thrown.code, thrown.message] };
      }
    },
    close: async () => {
      rpc.close();
    },
  };
}

function requestOf(f: string, value: Json): JsonObject {
  if (f === 'read') return { type: 'read' };
  assert(f === 'transfer' && isObject(value), `a bank has no ${f}`);
  return { type: 'transfer', ...value };
}

function balancesIn(reply: JsonObject): Outcome {
  const { accounts } = reply;
  if (accounts !== undefined && isObject(accounts)) return { type: 'ok', value: accounts };
  const text = `a read_ok must have as "accounts" an object of balances, got ${JSON.stringify(reply)}`;
  return { type: 'fail', error: ['malformed-rpc-response', text] };
}

/** Accounts with what they begin with: as equal as whole numbers can be. */
function accountsOf(options: OptionValues): Record<string, number> {
  const count = numberOf(options, 'accounts', 2);
  const total = numberOf(options, 'total', 1);
  const equal = Math.floor(total / count);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [String(i), equal + (i < total % count ? 1 : 0)]),
  );
}

function numberOf(options: OptionValues, name: string, min: number): number {
  const text = options[name] ?? '';
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= 1_000_000) return value;
  throw new UsageError(`${name} takes a whole number from ${min} to 1000000; got "${text}"`);
}

/** Opens the accounts; a node that was asked before, or another one, has them already. */
async function openAccounts(
  rpc: RpcChannel,
  _nodes: readonly string[],
  options: OptionValues,
): Promise<void> {
  const request = { type: 'open_accounts', accounts: accountsOf(options) };
  const givenUpMs = performance.now() + openWithinMs;
  for (;;) {
    try {
      await rpc.request(request, new AbortController().signal);
      return;
    } catch (thrown) {
      if (!(thrown instanceof RpcError)) throw thrown;
      const isHopeless = ['not-supported', 'malformed-request'].includes(thrown.code);
      if (isHopeless || performance.now() > givenUpMs)
        throw new TargetError(
          `${rpc.node} did not open the accounts of workload bank: ${thrown.code}, ${thrown.message}.\nit must answer ${JSON.stringify(request)} with {"type":"open_accounts_ok"}`,
        );
    }
  }
}

interface Mix {
  readonly accountCount: number;
  readonly amountMax: number;
  /** The fraction of ops that read. */
  readonly readShare: number;
}

function drawOp(source: Prng, mix: Mix): readonly [OpRequest, Prng] {
  const { accountCount, amountMax, readShare } = mix;
  const [unit, afterKind] = drawUnit(source);
  if (unit < readShare) return [{ f: 'read', value: null }, afterKind];
  const [from, afterFrom] = drawInt(afterKind, accountCount);
  // Never to itself: a step of 1 to count - 1 around the circle of accounts.
  const [step, afterTo] = drawInt(afterFrom, accountCount - 1);
  const [less, rest] = drawInt(afterTo, amountMax);
  const to = (from + 1 + step) % accountCount;
  const value = { from: String(from), to: String(to), amount: less + 1 };
  return [{ f: 'transfer', value }, rest];
}

export default {
  name: 'bank',
  aliases: [],
  summary: 'Transfers between accounts whose sum no read may see changed; snapshot-isolation.',
  object: 'bank',
  functions: ['transfer', 'read'],
  options: {
    accounts: { summary: 'number of accounts', default: '8' },
    total: { summary: 'what all of them hold together', default: '100' },
    'max-transfer': { summary: 'the largest amount moved at once', default: '5' },
    'read-share': { summary: 'fraction of operations that read', default: '0.5' },
    'negative-balances': {
      summary: 'whether an account may be overdrawn',
      default: 'no',
      choices: ['no', 'yes'],
    },
  },
  defaults: { rate: 200, concurrency: '2n' },
  models: ['snapshot-isolation'],
  generator({ rng, options }) {
    const readShare = Number(options['read-share']);
    if (!(readShare > 0 && readShare < 1))
      throw new UsageError(
        `read-share takes a fraction between 0 and 1; got "${options['read-share'] ?? ''}"`,
      );
    const mix: Mix = {
      accountCount: Object.keys(accountsOf(options)).length,
      amountMax: numberOf(options, 'max-transfer', 1),
      readShare,
    };
    return {
      main: repeatedly(rng, (source) => drawOp(source, mix)),
      final: () => eachThread(untilOk(repeat(of(lastRead), lastTriesMax))),
    };
  },
  maelstrom: bankClient,
  prepare: openAccounts,
  checkers: (_model, options) => [
    bank({
      total: Number(options['total']),
      accounts: Object.keys(accountsOf(options)),
      negativeBalances: options['negative-balances'] === 'yes',
    }),
    enough(['transfer', 'read']),
  ],
} satisfies Workload;
