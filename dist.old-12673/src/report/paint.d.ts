/** Colours, handed in: a report does not know whether it is read on a terminal. */
type Style = (text: string) => string;
export interface Paint {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly green: Style;
  readonly yellow: Style;
  readonly cyan: Style;
}
/** No colours: for files, pipes and NO_COLOR. */
export declare const plainPaint: Paint;
export {};
