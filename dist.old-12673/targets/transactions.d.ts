declare const _default: {
  name: string;
  summary: string;
  testbed: 'stdio';
  nodeCount: number;
  objects: string[];
  survives: string[];
  reportsPrimary: true;
  variants: (
    | {
        name: string;
        summary: string;
        promises?: never;
        broken?: never;
      }
    | {
        name: string;
        summary: string;
        promises: string;
        broken: {
          mistake: string;
          shownBy: {
            workload: string;
            nemesis: string;
            model?: never;
          };
        };
      }
    | {
        name: string;
        summary: string;
        promises: string;
        broken: {
          mistake: string;
          shownBy: {
            workload: string;
            nemesis: string;
            model: string;
          };
        };
      }
  )[];
  program: (variant: string) => import('../src/sdk.ts').NodeProgram;
};
export default _default;
