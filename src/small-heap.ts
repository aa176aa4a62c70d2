import { setFlagsFromString } from "node:v8";

/*
 * Keeps V8's nursery, where objects begin, at its first size. It doubles up to three times 16 MiB as a server loads its
 * libraries, and is never given back: a quarter of the memory of a server that mostly waits. The option for it,
 * --max-semi-space-size, counts only on the command line, which is the host's; this flag is read whenever it would grow.
 * Must be imported before anything that is large.
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
setFlagsFromString("--semi-space-growth-factor=1");
