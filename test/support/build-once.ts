/** Integration tests run what users run: the built program. `DSX_BUILT=1`: it is built already. */
import { execaSync } from 'execa';

export function setup(): void {
  if (process.env['DSX_BUILT'] === '1') return;
  execaSync('node', ['scripts/build.js'], { stdio: 'inherit' });
}
