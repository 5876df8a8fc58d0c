/** Integration tests run what users run: the built program. */
import { execaSync } from 'execa';

export function setup(): void {
  execaSync('node', ['scripts/build.js'], { stdio: 'inherit' });
}
