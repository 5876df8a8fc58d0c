/** The look of the report. Colours are variables, so that light and dark differ in one place. */
export declare const pageStyle: string;
