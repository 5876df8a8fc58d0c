export interface Envelope {
  readonly src: string;
  readonly dest: string;
  /** The text of a JSON object. */
  readonly body: string;
}
/** The envelope in a line of a node's output, or what is wrong with it. */
export declare function parseEnvelope(line: string): Envelope | string;
/** The envelope if the line has one in plain form; undefined: look closer. */
export declare function scanEnvelope(line: string): Envelope | undefined;
