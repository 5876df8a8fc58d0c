/** A witness as a static picture: readable without any script, and on paper. */
import { type Witness } from '../witness.ts';
/** SVG text; colours come from the page's style by class. */
export declare function timelineSvg(witness: Witness, title: string): string;
