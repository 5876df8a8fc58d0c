declare const _default: {
  name: string;
  summary: string;
  testbed: 'stdio';
  nodeCount: number;
  objects: string[];
  survives: string[];
  reportsPrimary: false;
  variants: (
    | {
        name: string;
        summary: string;
        broken?: never;
      }
    | {
        name: string;
        summary: string;
        broken: {
          mistake: string;
          shownBy: {
            workload: string;
            nemesis: string;
          };
        };
      }
  )[];
  program: (variant: string) => import('../src/sdk.ts').NodeProgram;
};
export default _default;
