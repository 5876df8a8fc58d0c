import { Coordinator } from './coordinator.js';
import { Participant } from './participant.js';

const variants = ['correct', 'forgetful-coordinator', 'unlocked-reads'];
/** The program of a node, which is both: a participant, and the coordinator of its clients. */
export function twoPhaseCommit(context) {
  const at = context.args.indexOf('--variant');
  const variant = at === -1 ? 'correct' : context.args[at + 1];
  if (variant === undefined || !variants.includes(variant))
    throw new Error(`there is no variant "${variant ?? ''}"; there are ${variants.join(', ')}`);
  new Participant(context, variant !== 'unlocked-reads').start();
  new Coordinator(context, variant !== 'forgetful-coordinator').start();
}
