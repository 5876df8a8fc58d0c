/** Names of anomalies of objects other than registers: locks, queues, counters, sets, versions. */
import { define } from './definition.js';
export const objectDefinitions = {
  'two-holders': define(
    'two holders',
    'A lock was granted while its holder had not begun to release it.',
  ),
  'too-many-holds': define(
    'too many holds',
    'An owner acquired a reentrant lock more often than the lock allows.',
  ),
  'too-many-permits': define(
    'too many permits',
    'More permits of a semaphore were out at one time than it has.',
  ),
  'release-without-hold': define(
    'release without hold',
    'A release succeeded of a lock that its caller did not hold.',
  ),
  'false-refusal': define('false refusal', 'A lock that was free was refused.'),
  'token-did-not-rise': define(
    'token that did not rise',
    'A lock was granted with a fencing token that is not higher than that of a grant before.',
  ),
  'non-monotonic-token': define(
    'non-monotonic token',
    'A later grant of a lock got a fencing token that is not higher than an earlier one.',
  ),
  'refused-write-took-effect': define(
    'refused write took effect',
    'A resource shows a write that it had refused.',
  ),
  'no-leader': define(
    'no leader',
    'After everything was healed nobody led, for as long as nodes were asked.',
  ),
  'stale-token-accepted': define(
    'stale token accepted',
    'A resource took a write with a fencing token after it had taken one with a higher token.',
  ),
  'thin-air-element': define(
    'element out of thin air',
    'An element came out, or was seen, that nobody ever put in.',
  ),
  'aborted-element': define(
    'element of a failed operation',
    'An element came out, or was seen, whose insertion failed, so it never took effect.',
  ),
  'future-element': define(
    'element from the future',
    'An element came out, or was seen, before anybody had begun to put it in.',
  ),
  'reordered-elements': define(
    'reordered elements',
    'Two elements came out of a first-in-first-out queue in the order opposite to that of going in.',
  ),
  'not-first-by-priority': define(
    'not the first by priority',
    'A priority queue gave an element although a better one certainly lay in it.',
  ),
  'not-last-in-first-out': define(
    'not last in, first out',
    'A stack gave an element although another certainly lay on top of it.',
  ),
  'false-absence': define(
    'false absence',
    'A set answered that it lacks an element that was certainly in it.',
  ),
  'false-presence': define(
    'false presence',
    'A set answered that it holds an element that was certainly not in it.',
  ),
  'sum-out-of-bounds': define(
    'sum out of bounds',
    'A counter was read outside of what the increments could have made of it by then.',
  ),
  'impossible-sum': define(
    'impossible sum',
    'A counter was read at a value to which no selection of the increments adds up.',
  ),
  'sum-too-great': define(
    'sum too great',
    'A counter was read at more than all increments that had begun add up to.',
  ),
  'duplicate-sum': define(
    'same sum twice',
    'Two increments of a counter both answered the same sum, so one of them was not counted.',
  ),
  'sum-out-of-order': define(
    'sum out of order',
    'Sums that a counter answered contradict the order in which the operations happened.',
  ),
  'duplicate-version': define('same version twice', 'Two writes were given one version number.'),
  'version-order': define(
    'versions out of order',
    'Version numbers contradict the order in which the operations happened.',
  ),
  'wrong-value': define(
    'wrong value for its version',
    'A read answered a version with a value other than the one written as that version.',
  ),
  'stale-cas': define(
    'stale compare-and-set',
    'A compare-and-set succeeded on a value that had already been overwritten before it began.',
  ),
  'reordered-appends': define(
    'reordered appends',
    'A list shows two appends of one transaction in the wrong order, or only the second of them.',
  ),
  'mismatched-reply': define(
    'mismatched reply',
    'What came back as the result of a transaction is not the transaction that was sent.',
  ),
  'thin-air': define('value out of thin air', 'A transaction read a value that nobody ever wrote.'),
};
