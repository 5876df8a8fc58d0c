/**
 * What keeps one node of a replicated PostgreSQL: a shell script around the server, as people
 * write it who have no consensus at hand. It knows what its own node sees, and nothing else.
 *
 * - Nodes stand in a ring; the next one is the heir. A standby that is the heir of the primary
 *   which it follows, and misses it twice in a row, promotes itself.
 * - Whoever sees a primary of a newer timeline gives up what it has, clones that one and follows
 *   it: the old primary of a failover, when it comes back, and the other standbys.
 *
 * So with the heir as the only synchronous standby no acknowledged commit is lost: the old primary
 * acknowledges nothing that the heir does not have.
 */
import type { NodeProgram, ServerSite } from '../../contract/target.ts';
import {
  notAsRootScript,
  postgresPort,
  postgresProgram,
  postgresUser,
  serverArguments,
} from './postgres-server.ts';

/** The number of the timeline of a primary; 0 from a standby. */
export const timelineQuery =
  "SELECT CASE WHEN pg_is_in_recovery() THEN 0 ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END";

const missesMax = 2;

/**
 * Arguments: name, address of whom it may succeed, addresses of all others, a connection string
 * without host, the programs psql and pg_basebackup, and then the command line of the server.
 *
 * Files: `whole` is there when the folder `pg` is; `upstream` has whom this standby follows and
 * the timeline of that.
 */
const script = `
own=$1 before=$2 others=$3 login=$4 psql=$5 clone=$6; shift 6
server= upstream= misses=0

ask() { timeout 1 "$psql" -XAtqd "host=$1 connect_timeout=2 $login" -c "$2" 2>/dev/null </dev/null; }
timeline_of() { ask "$1" "${timelineQuery}"; }

# Sets $newest and $its_timeline, and $is_seen if whom it follows answers.
look_around() {
  newest= its_timeline=0 is_seen=
  for other in $others; do
    found=$(timeline_of "$other")
    if [ -n "$found" ] && [ "$other" = "$upstream" ]; then is_seen=yes; fi
    if [ "\${found:-0}" -gt "$its_timeline" ]; then newest=$other its_timeline=$found; fi
  done
}

begin() {
  upstream= timeline=0
  if [ -e upstream ]; then read -r upstream timeline <upstream; fi
  rm -f pg/postmaster.pid
  "$@" -c "primary_conninfo=host=$upstream application_name=$own connect_timeout=2 $login" &
  server=$!
}

follow() {
  if [ -n "$server" ]; then kill -QUIT "$server"; wait "$server"; server=; fi
  rm -rf whole upstream pg
  echo "keeper: clones $newest, timeline $its_timeline" >&2
  timeout 30 "$clone" -D pg -X stream -c fast -d "host=$newest connect_timeout=2 $login" || return
  echo "$newest $its_timeline" >upstream
  : >pg/standby.signal
  : >whole
}

watch() {
  kill -0 "$server" 2>/dev/null || { wait "$server"; exit $?; }
  look_around
  if [ -z "$upstream" ]; then timeline=$(timeline_of "$address"); fi
  if [ "$its_timeline" -gt "\${timeline:-999999}" ]; then follow; return; fi
  if [ -z "$upstream" ] || [ "$upstream" != "$before" ]; then return; fi
  if [ -n "$is_seen" ]; then misses=0; return; fi
  misses=$((misses + 1))
  [ "$misses" -lt ${missesMax} ] && return
  echo "keeper: misses $upstream, promotes itself" >&2
  if [ "$(ask "$address" 'SELECT pg_promote()')" = t ]; then rm -f upstream; upstream= misses=0; fi
}

address=$1; shift
while :; do
  if [ -z "$server" ]; then
    if [ -e whole ]; then begin "$@"
    else look_around; if [ -n "$newest" ]; then follow; continue; fi
    fi
  fi
  sleep 0.5
  if [ -n "$server" ]; then watch; fi
done
`;

/** Keeps a server on `pg`, with what `settings` add. */
export function keptServer(
  site: ServerSite,
  settings: Readonly<Record<string, string>>,
): NodeProgram {
  const { node, index, peers, address } = site;
  const others = peers.map((_, i) => peers[(index + 1 + i) % peers.length]?.address ?? '');
  others.pop();
  const server = [
    postgresProgram('postgres'),
    ...serverArguments(site, {
      wal_keep_size: '256MB',
      wal_receiver_timeout: '3s',
      wal_sender_timeout: '3s',
      wal_retrieve_retry_interval: '300ms',
      ...settings,
    }),
  ];
  return notAsRootScript(script, [
    ...[node, others.at(-1) ?? '', others.join(' ')],
    `port=${postgresPort} user=${postgresUser} dbname=postgres`,
    ...[postgresProgram('psql'), postgresProgram('pg_basebackup')],
    ...[address, ...server],
  ]);
}
