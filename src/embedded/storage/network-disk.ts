import { statfsSync } from "node:fs";
import { dirname } from "node:path";

/**
 * File systems that lie, or may lie, on another machine, by the `f_type` that Linux gives them:
 * https://man7.org/linux/man-pages/man2/statfs.2.html. sshfs and its like all show as FUSE.
 */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB2"],
  [0x01021997, "9P"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x73757245, "Coda"],
  [0x00c36400, "Ceph"],
  [0x0bd00bd0, "Lustre"],
  [0x01161970, "GFS2"],
  [0x7461636f, "OCFS2"],
  [0x65735546, "FUSE"],
]);

/** The number of the file system that a folder lies on. */
export type FileSystemType = (folder: string) => number;

/**
 * The name of the network file system that a store's file lies on; undefined for a local disk, and where that is not
 * known: only Linux has these numbers. Several machines that share a store there would damage it:
 * https://www.sqlite.org/wal.html#overview.
 */
export function networkDiskOf(file: string, type: FileSystemType = fileSystemType): string | undefined {
  return NETWORK_FILE_SYSTEMS.get(type(dirname(file)) >>> 0);
}

function fileSystemType(folder: string): number {
  return process.platform === "linux" ? statfsSync(folder).type : 0;
}
