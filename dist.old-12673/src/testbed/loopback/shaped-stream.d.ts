/** Carries the bytes of one direction of a connection, as late and as broken as its link says. */
import type { Socket } from 'node:net';
import type { Random } from '../../base/prng.ts';
import type { DirectedLink } from './link.ts';
export interface ShapedStreamOptions {
  readonly source: Socket;
  readonly sink: Socket;
  readonly link: DirectedLink;
  readonly random: Random;
  /** Breaks the connection at both ends. */
  readonly reset: () => void;
}
export declare class ShapedStream {
  #private;
  constructor(options: ShapedStreamOptions);
  close(): void;
}
