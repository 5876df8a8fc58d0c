const same = (text) => text;
/** No colours: for files, pipes and NO_COLOR. */
export const plainPaint = {
  bold: same,
  dim: same,
  red: same,
  green: same,
  yellow: same,
  cyan: same,
};
