/**
 * Reads the vDSO: the small shared library that the kernel maps into every process, through
 * which programs ask for the time without a system call.
 */
export interface Mapping {
  readonly address: number;
  readonly sizeBytes: number;
}
/** The `[vdso]` line of `/proc/PID/maps`; undefined for a process without one. */
export declare function vdsoMapping(maps: string): Mapping | undefined;
/** True for a 64-bit x86 image, which is what the stub is made for. */
export declare function isX64Image(image: Buffer): boolean;
/** Names of functions → distance from the start of the image. */
export declare function functionOffsets(image: Buffer): ReadonlyMap<string, number>;
/**
 * Where `sizeBytes` fit behind everything in the image, on a 64-byte boundary; undefined if
 * they do not. The kernel maps whole pages and fills the last one with zeros.
 */
export declare function roomFor(image: Buffer, sizeBytes: number): number | undefined;
