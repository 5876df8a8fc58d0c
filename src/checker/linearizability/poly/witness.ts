/**
 * Fewer elements that still show a violation. Taking all operations on an element away keeps a
 * legal history of a queue, stack or priority queue legal, so if what remains is illegal, the
 * whole is (Lee and Mathur, OOPSLA 2025, call such elements linearizability-preserving).
 */

/** Elements judged in all while shrinking, as a multiple of how many there are at first. */
const effort = 64;
const effortMin = 200_000;

/**
 * Delta debugging over elements (Zeller and Hildebrandt, IEEE TSE 2002), within a fixed effort.
 * @returns elements of which `isIllegal` is true, ascending, as few as were found
 */
export function fewerElements(
  elements: readonly number[],
  isIllegal: (elements: readonly number[]) => boolean,
): readonly number[] {
  let left = Math.max(effortMin, elements.length * effort);
  let kept = elements;
  let size = Math.ceil(kept.length / 2);
  while (left > 0) {
    let isSmaller = false;
    for (let begin = 0; begin < kept.length && left > 0; ) {
      const without = [...kept.slice(0, begin), ...kept.slice(begin + size)];
      left -= without.length + 1;
      if (without.length > 0 && isIllegal(without)) {
        kept = without;
        isSmaller = true;
      } else begin += size;
    }
    if (size === 1 && !isSmaller) break;
    if (!isSmaller || size > kept.length) size = Math.max(1, Math.floor(size / 2));
  }
  return kept;
}
