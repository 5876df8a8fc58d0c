/** The texts of `explain.ts`, by name. */
export const templates = {
  // Cells: registers and key-value texts.
  'thin-air': '{reader} tells of {value}, but no operation wrote {value}.',
  aborted:
    '{reader} tells of {value}, but the only one to write {value} was {writer}, which failed.',
  future:
    '{early} returned (event {early.return}) before {late} was invoked (event {late.invoke}). But it tells of {value}, which can be there only after that.',
  'moved-on':
    '{early} returned at event {early.return}: by then {older} had been replaced, and what came of it was {value}. But {late} was invoked only at event {late.invoke} and still found {older}.',
  'replaced-twice':
    '{first} and {second} both replaced {value}. It was there only once, so one of them undid the other.',
  'cas-cycle':
    'Each of {count} compare-and-sets found what another of them wrote, in a circle from {value} back to {value} ({first} is one of them). None of them can have been first.',
  'both-current':
    'The value was {outerText} at all times from event {outerFirst.return} (the return of {outerFirst}) to event {outerLast.invoke} (the invocation of {outerLast}).\nBut it was {innerText} at all times from event {innerFirst.return} (the return of {innerFirst}) to event {innerLast.invoke} (the invocation of {innerLast}), too.',
  'both-current-initial':
    'The value was still {outerText}, the initial one, up to event {outerLast.invoke} (the invocation of {outerLast}).\nBut it was {innerText} at all times from event {innerFirst.return} (the return of {innerFirst}) to event {innerLast.invoke} (the invocation of {innerLast}).',
  'came-and-went':
    'The value was {outerText} at all times from event {outerFirst.return} (the return of {outerFirst}) to event {outerLast.invoke} (the invocation of {outerLast}).\nBut between these it was {innerText}: {innerLast} was invoked after the one and {innerFirst} returned before the other.',
  'came-and-went-initial':
    'The value was still {outerText}, the initial one, up to event {outerLast.invoke} (the invocation of {outerLast}).\nBut before that it was {innerText}: {innerFirst} had returned at event {innerFirst.return}.',
  refused:
    '{guard} was refused because the value was not {value}. But it was {value} at all times from event {before.return} (the return of {before}) to event {after.invoke} (the invocation of {after}).',
  'refused-initial':
    '{guard} was refused because the value was not {value}. But it was {value}, the initial one, up to event {after.invoke} (the invocation of {after}).',
  'not-a-text-of-tokens':
    '{reader} returned {value}, which from position {position} on is no sequence of texts that were written.',
  'put-in-the-middle':
    '{reader} returned {value}, with {token} after other texts. But {token} was written by {writer}, which leaves nothing before it.',
  'same-token-twice': '{reader} returned {value}, with {token} twice. It was written only once.',
  'two-predecessors':
    '{first} found {token} after {firstPreviousText}, {second} found it after {secondPreviousText}. It was appended only once.',
  'two-successors':
    '{first} found {firstToken} after {previousText}, {second} found {secondToken} there. Both were appended only once.',

  // Results that fix the order of operations.
  'order-of-versions':
    '{early} returned (event {early.return}) before {late} was invoked (event {late.invoke}). But it belongs after that: {reasonText}.',
  'elements-differ':
    '{first} and {second} differ at position {position}: {firstText} and {secondText}. A list that only grows has one order.',
  'element-twice': '{reader} returned {element} twice. It was added only once.',
  'incomparable-reads':
    '{smaller} returned {missing}, which {larger} did not, although {larger} returned as many elements or more. Elements are never removed, so one of the reads must contain the other.',
  'version-twice': '{first} and {second} were both given version {version}.',
  'version-of-another':
    '{reader} returned {found} at version {version}. But that version was written by {writer}.',
  'version-of-nobody': '{reader} returned {found} at version {version}, which no operation wrote.',
  'expected-another':
    '{writer} replaced {expected} at version {version}. But the version before that was written by {before}, and no write of unknown outcome can have come between.',
  'expected-initial':
    '{writer} replaced {expected} at version {version}. But there was no version before that.',

  // Containers.
  'never-put': '{taker} took {value}, but no operation put {value} there.',
  'put-failed':
    '{taker} took {value}, but the only one to put {value} there was {putter}, which failed.',
  'taken-twice': '{first} and {second} both took {value}, which {putter} put there once.',
  'taken-too-early':
    '{taker} took {value} and returned (event {taker.return}) before {putter} was invoked (event {putter.invoke}).',
  overtaken:
    '{firstText} was there by event {firstIn}, and {secondText} came only after that ({first}, {second}). But {secondTaker} took {secondText} and returned (event {secondTaker.return}) before {firstText} was taken: not before event {firstOut}, by {firstTaker}.',
  lost: '{firstText} was there by event {firstIn}, and {secondText} came only after that ({first}, {second}). But {secondTaker} took {secondText}, and nothing ever took {firstText}.',
  'lost-beyond-crashes':
    '{firstText} was there by event {firstIn}, and {secondText} came only after that ({first}, {second}). But {secondTaker} took {secondText}, and nothing is known to have taken {firstText}.\nThere are {lost} such elements, passed over by event {secondTaker.return}. Operations of unknown outcome that may have taken one each by then: {crashed}.',
  'not-empty':
    '{taker} found nothing, but something was there all the time from event {taker.invoke} to event {taker.return}: {coverText}.',
  'not-first':
    '{taker} took {value}, but something that goes before it was there at all times when it could: {coverText}.',
  'not-a-stack':
    'No order of these pushes and pops is last in, first out: whichever of the elements is taken for the lowest, another one was certainly there when it was pushed or popped. The elements are {elementsText}; the first pushes are {first} and {second}.',
  'not-a-stack-pair':
    '{second} was invoked (event {second.invoke}) after {first} had returned (event {first.return}), so {secondText} lay on {firstText}, and was there by event {secondIn}. But {firstTaker} took {firstText} from under it, and only then {secondTaker} was invoked (event {secondTaker.invoke}).',
  'not-a-stack-lost':
    '{second} was invoked (event {second.invoke}) after {first} had returned (event {first.return}), so {secondText} lay on {firstText}, and was there by event {secondIn}. But {firstTaker} took {firstText} from under it, and {secondText} was never taken.',

  // Two states, locks, permits, sums.
  blocked:
    '{blocked} needs {needText} at some time between events {blocked.invoke} and {blocked.return}. But in every order of the others {stateText} all that time, and no operation is left to change that by then.',
  'blocked-since':
    '{blocked} needs {needText} at some time between events {blocked.invoke} and {blocked.return}. But in every order of the others {stateText} all that time, at the latest since {since}, and no operation is left to change that by then.',
  'two-holders':
    '{second} had returned at event {second.return}. But the lock was held by another from event {first.return} (the return of {first}) to event {release.invoke} (the invocation of {release}).',
  'two-holders-for-ever':
    '{second} had returned at event {second.return}. But the lock was held from event {first.return} on (the return of {first}), and never released by its owner.',
  'not-held': '{release} released what its owner did not hold.',
  'too-many-holds':
    '{acquire} was granted to an owner that held the lock {count} times since {first}; at most {limitText} are allowed.',
  'refused-reentry':
    '{refused} was refused, but its owner held the lock {count} times since {first}, and may hold it {limitText} times.',
  'refused-while-free':
    '{refused} was refused, but nobody can have held the lock between events {refused.invoke} and {refused.return}.',
  'refused-own-release': '{refused} was refused, but its owner held the lock since {first}.',
  'too-many-permits':
    'When {last} returned (event {last.return}), {held} permits were certainly held, among others since {first}. There are {permits}.',
  'permits-refused':
    '{refused} asked for {count} and was refused. But from event {refused.invoke} to event {refused.return} no more than {held} of {permits} permits can have been held at any time.',
  'lease-overlap':
    '{second} had returned at {secondMs} ms. But {first} had returned at {firstMs} ms, and that lease cannot have ended before {endMs} ms.',
  'leases-without-order':
    'Each of these {count} leases was granted while it was asked for, and none while another lasted: until its release, or {ttlMs} ms after its grant. In no order do all of them fit ({first} is the first, {last} the last to return): {timesText}.',
  'never-released':
    '{second} got token {secondToken}, greater than {firstToken} of {first}, so it came after it. But no release belongs to {first}.',
  'token-twice': '{first} and {second} were both given token {token}.',
  'stale-token':
    '{late} was accepted with token {token}, although {early}, with the greater token {greater}, had been accepted before it was invoked.',
  'sum-too-small':
    '{reader} found {value}. But when it was invoked {count} additions had returned, which make it at least {least}.',
  'sum-too-small-after':
    '{reader} found {value}. But when it was invoked the sum was at least {least}, from the {count} additions that had returned and from what {earlier} had found.',
  'sum-too-great':
    '{reader} found {value}. But all additions invoked before it returned make it {most} and no more.',
  'sum-blocked':
    '{blocked} fits in nowhere. When it returned (event {blocked.return}), what others had found made the sum {sum}, and there were no additions left to make it {needed}.',
  'sum-taken':
    '{blocked} fits in nowhere. When it returned (event {blocked.return}), the sum had to become {sum}. But {claimant} says that it made it {sum}, and that was invoked later.',
  'sum-impossible': '{reader} found {value}, which additions of {step} to {initial} never make.',
  'sum-twice': '{first} and {second} both say that they made the sum {value}.',
  'number-impossible': '{reader} was given {value}. The numbers are integers from {initial} on.',
  'number-twice': '{first} and {second} were both given the number {value}.',
  'number-taken':
    '{blocked} fits in nowhere. When it returned (event {blocked.return}), the next number to be given out was {number}. But {claimant} was given that, and was invoked later.',
  'sum-out-of-bounds':
    '{reader} found {value}. But whatever the concurrent operations and those of unknown outcome did, the sum was between {least} and {most}.',
} as const;

export type TemplateName = keyof typeof templates;
