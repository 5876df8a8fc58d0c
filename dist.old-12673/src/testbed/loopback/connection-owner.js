/**
 * Which process opened a TCP connection: from its port to a socket in `/proc/net/tcp`, and from
 * there to the process that has it open. Needs no privilege for processes of the same user.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Columns of a line of `/proc/net/tcp` (`proc(5)`), split at spaces. */
const [localColumn, remoteColumn, inodeColumn] = [1, 2, 9];
/** The number of the socket, or undefined if the connection is gone already. */
export function socketOf(ends, table) {
  const local = endText(ends.localAddress, ends.localPort);
  const remote = endText(ends.remoteAddress, ends.remotePort);
  const found = table.indexOf(` ${local} ${remote} `);
  if (found < 0) return undefined;
  const start = table.lastIndexOf('\n', found) + 1;
  const end = table.indexOf('\n', found);
  const columns = table
    .slice(start, end < 0 ? undefined : end)
    .trim()
    .split(/\s+/);
  const isWhole = columns[localColumn] === local && columns[remoteColumn] === remote;
  return isWhole ? columns[inodeColumn] : undefined;
}
/** True if one of the processes has the socket open. */
export function holdsSocket(pids, socket) {
  const wanted = `socket:[${socket}]`;
  return pids.some((pid) => {
    const folder = `/proc/${pid}/fd`;
    return namesIn(folder).some((name) => linkOf(`${folder}/${name}`) === wanted);
  });
}
export function readConnectionTable() {
  return readFileSync('/proc/net/tcp', 'latin1');
}
/** `0100007F:1F90`: the bytes of an IPv4 address as this machine orders them, and the port. */
function endText(address, port) {
  const bytes = address.split('.').map((byte) => hexadecimal(Number(byte), 2));
  return `${bytes.toReversed().join('')}:${hexadecimal(port, 4)}`;
}
function hexadecimal(value, digits) {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
/** Empty for a process that has ended. */
function namesIn(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
function linkOf(path) {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
