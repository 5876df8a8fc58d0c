/** Which operations show a violation of a key-value text, and what part each plays. */
import { InvariantError } from '../../../base/errors.ts';
import { noValue } from '../../../history/values.ts';
import { type ChainConflict, none, type Zone } from './chains.ts';
import { type KvLinks, type KvTexts, textOf } from './kv-texts.ts';
import { type Violation, violation } from './result.ts';
import { failedRow, type Timeline } from './timeline.ts';

/** More operations than this are not listed: the violation is then not `standalone`. */
const listedMax = 24;

/** Violations that show in the texts themselves, before any real time comes in. */
export const explainTokens = {
  unknown(timeline: Timeline, op: number, text: string, position: number): Violation {
    const rest = text.slice(position);
    const failed = failedRow(timeline, (f, input) => {
      const written = textOf(input);
      return f !== 'get' && written !== undefined && written !== '' && rest.startsWith(written);
    });
    const reader = rowOf(timeline, op);
    if (failed !== -1)
      return violation(
        'aborted-read',
        'aborted',
        { reader, writer: failed },
        { facts: { value: rest } },
      );
    const facts = { value: text, position };
    return violation('thin-air-read', 'not-a-text-of-tokens', { reader }, { facts });
  },

  twice(kv: KvTexts, op: number, tokens: readonly number[]): Violation {
    const again = tokens.find((each, at) => tokens.indexOf(each) !== at) ?? 0;
    const facts = { value: returnedText(kv, op), token: kv.texts[again] ?? '' };
    return violation(
      'duplicate-append',
      'same-token-twice',
      { reader: rowOf(kv.timeline, op) },
      { facts },
    );
  },

  putInside(kv: KvTexts, found: { op: number; put: number; each: number }): Violation {
    const { timeline, texts } = kv;
    const roles = { reader: rowOf(timeline, found.op), writer: rowOf(timeline, found.put) };
    const facts = { value: returnedText(kv, found.op), token: texts[found.each] ?? '' };
    return violation('lost-put', 'put-in-the-middle', roles, { facts });
  },

  successors(
    kv: KvTexts,
    found: { from: number; tokens: readonly [number, number]; shownBy: Int32Array; op: number },
  ): Violation {
    const { timeline, texts } = kv;
    const [first, second] = found.tokens;
    const roles = {
      first: rowOf(timeline, found.shownBy[first] ?? 0),
      second: rowOf(timeline, found.op),
    };
    const facts = {
      firstToken: texts[first] ?? '',
      secondToken: texts[second] ?? '',
      previousText: placeText(kv, found.from),
    };
    return violation('lost-append', 'two-successors', roles, { facts });
  },

  predecessors(
    kv: KvTexts,
    found: { each: number; from: number; known: number; shownBy: Int32Array; op: number },
  ): Violation {
    const { timeline, texts } = kv;
    const roles = {
      first: rowOf(timeline, found.shownBy[found.each] ?? 0),
      second: rowOf(timeline, found.op),
    };
    const facts = {
      token: texts[found.each] ?? '',
      firstPreviousText: placeText(kv, found.known),
      secondPreviousText: placeText(kv, found.from),
    };
    return violation('incompatible-order', 'two-predecessors', roles, { facts });
  },
};

/** Chains that do not fit: the same shapes as for a register, in words about texts. */
export function explainKvConflict(kv: KvTexts, links: KvLinks, conflict: ChainConflict): Violation {
  const { table } = links;
  const { timeline } = kv;
  switch (conflict.rule) {
    case 'cycle':
      // A text names all that came before its end, so its tokens cannot follow each other in a ring.
      throw new InvariantError(
        `texts follow each other in a ring at ${kv.texts[conflict.value] ?? ''}`,
      );
    case 'order': {
      const { early, late, earlyValue, lateValue } = conflict;
      const rows = linksTo(kv, links, [earlyValue]);
      const roles = { early: rowOf(timeline, early), late: rowOf(timeline, late) };
      const extra = {
        facts: { value: kv.texts[earlyValue] ?? '', older: kv.texts[lateValue] ?? '' },
        also: rows ?? [],
        standalone: rows !== undefined,
      };
      return table.writer[lateValue] === late
        ? violation('future-read', 'future', roles, extra)
        : violation('stale-read', 'moved-on', roles, extra);
    }
    default: {
      const { rule, outer, inner } = conflict;
      const rows = linksTo(kv, links, [
        outer.firstValue,
        outer.lastValue,
        inner.firstValue,
        inner.lastValue,
      ]);
      const roles = {
        ...(outer.firstReturn === none ? {} : { outerFirst: rowOf(timeline, outer.firstReturn) }),
        outerLast: rowOf(timeline, outer.lastInvoke),
        innerFirst: rowOf(timeline, inner.firstReturn),
        innerLast: rowOf(timeline, inner.lastInvoke),
      };
      const extra = {
        facts: { outerText: zoneText(kv, outer), innerText: zoneText(kv, inner) },
        also: rows ?? [],
        standalone: rows !== undefined,
      };
      const template = rule === 'overlap' ? 'both-current' : 'came-and-went';
      const suffix = outer.firstReturn === none ? '-initial' : '';
      return violation('stale-read', `${template}${suffix}`, roles, extra);
    }
  }
}

function zoneText(kv: KvTexts, { head, firstValue, lastValue }: Zone): string {
  const [begin, from, to] = [head, firstValue, lastValue].map((each) =>
    JSON.stringify(kv.texts[each] ?? ''),
  );
  const start = `a text that begins with ${begin ?? ''}`;
  if (lastValue === head && firstValue === head) return start;
  return firstValue === lastValue
    ? `${start} and has ${from ?? ''} appended`
    : `${start} and has ${from ?? ''} or later ${to ?? ''} appended`;
}

/**
 * All writers of these chains up to these tokens, and gets that show how they follow each other.
 * Undefined if they are too many to list.
 */
function linksTo(
  kv: KvTexts,
  { table, shownBy }: KvLinks,
  tokens: readonly number[],
): number[] | undefined {
  const rows = new Set<number>();
  for (const token of tokens) {
    for (const op of table.proof(token)) rows.add(rowOf(kv.timeline, op));
    for (let v = token; v !== none; v = table.source[v] ?? none) {
      const own = table.writer[v] ?? none;
      const shown = shownBy[v] ?? none;
      for (const op of [own, shown]) if (op !== none) rows.add(rowOf(kv.timeline, op));
      if (rows.size > listedMax) return undefined;
    }
  }
  return [...rows];
}

function returnedText(kv: KvTexts, op: number): string {
  const { values, operations } = kv.timeline.history;
  return textOf(values.value(operations.output[rowOf(kv.timeline, op)] ?? noValue) ?? null) ?? '';
}

function placeText(kv: KvTexts, token: number): string {
  if (token !== 0) return JSON.stringify(kv.texts[token] ?? '');
  return kv.initial === '' ? 'nothing' : `the initial ${JSON.stringify(kv.initial)}`;
}

function rowOf(timeline: Timeline, op: number): number {
  return timeline.row[op] ?? 0;
}
