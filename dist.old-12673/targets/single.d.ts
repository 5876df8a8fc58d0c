declare const _default: {
  name: string;
  summary: string;
  testbed: 'stdio';
  nodeCount: number;
  objects: string[];
  survives: string[];
  reportsPrimary: true;
  variants: {
    name: string;
    summary: string;
  }[];
  program: () => import('../src/sdk.ts').NodeProgram;
};
export default _default;
