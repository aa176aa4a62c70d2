/**
 * A growing byte buffer for keys. Numbers are big-endian, so that bytes compare as the numbers do.
 * https://www.sqlite.org/datatype3.html
 */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeUInt16BE(value, this.#length);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32BE(value, this.#length);
  }

  uint64(value: bigint): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeBigUInt64BE(value, this.#length);
  }

  /** A double (not NaN) such that bytes order as numbers do; -0 is written as 0. */
  double(value: number): void {
    this.#reserve(8);
    const start = this.#length;
    this.#length = this.#buffer.writeDoubleBE(value === 0 ? 0 : value, start);
    const first = this.#buffer[start] ?? 0;
    if (first < 0x80) this.#buffer[start] = first | 0x80;
    else this.invert(start);
  }

  /** Bytes that may hold anything, ended so that no other such string is a prefix of this one. */
  escaped(value: Uint8Array): void {
    let start = 0;
    for (let zero = value.indexOf(0); zero >= 0; zero = value.indexOf(0, start)) {
      this.bytes(value.subarray(start, zero + 1));
      this.byte(0xff);
      start = zero + 1;
    }
    this.bytes(value.subarray(start));
    this.byte(0x00);
    this.byte(0x01);
  }

  /** Inverts all bytes from `start` on, which turns their order around. */
  invert(start: number): void {
    for (let at = start; at < this.#length; at++) this.#buffer[at] = 0xff ^ (this.#buffer[at] ?? 0);
  }

  /** A copy of everything written so far. */
  finish(): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + count));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

/** The bytes with every bit inverted. */
export function inverted(bytes: Uint8Array): Buffer {
  const result = Buffer.allocUnsafe(bytes.length);
  for (let at = 0; at < bytes.length; at++) result[at] = 0xff ^ (bytes[at] ?? 0);
  return result;
}

/** The smallest bytes above everything that starts with `prefix`; undefined when there is no such thing. */
export function prefixEnd(prefix: Uint8Array): Buffer | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const end = Buffer.from(prefix.subarray(0, length));
  end[length - 1] = (end[length - 1] ?? 0) + 1;
  return end;
}
