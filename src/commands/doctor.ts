import { Command, Flags } from '@oclif/core';

export default class Doctor extends Command {
  static override summary = 'What this machine can do, and how to get the rest.';
  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --json'];
  static override flags = { json: Flags.boolean({ description: 'print JSON' }) };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    const { examine, findingsText } = await import('../cli/doctor.ts');
    const findings = await examine();
    this.log(flags.json ? JSON.stringify(findings, null, 2) : findingsText(findings));
  }
}
