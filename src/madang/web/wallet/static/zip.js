// A ZIP archive of files as they are, uncompressed (APPNOTE 6.3: local headers, central directory, end record).
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data) {
  let value = 0xffffffff;
  for (const byte of data) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** An archive of [name, bytes] pairs, as a Blob's worth of bytes. Names are ASCII; the date is 1980-01-01 for all. */
export function zip(files) {
  const parts = [], directory = [];
  let at = 0;
  for (const [name, data] of files) {
    const named = new TextEncoder().encode(name);
    const common = numbers([20, 2], [0, 2], [0, 2], [0, 2], [33, 2], [crc32(data), 4], [data.length, 4], [data.length, 4], [named.length, 2], [0, 2]);
    parts.push(numbers([0x04034b50, 4]), common, named, data);
    directory.push(numbers([0x02014b50, 4], [20, 2]), common, numbers([0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), named);
    at += 4 + common.length + named.length + data.length;
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  const end = numbers([0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2], [size, 4], [at, 4], [0, 2]);
  return join([...parts, ...directory, end]);
}

function numbers(...fields) {
  const made = new Uint8Array(fields.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(made.buffer);
  let at = 0;
  for (const [value, size] of fields) {
    if (size === 4) view.setUint32(at, value, true);
    else view.setUint16(at, value, true);
    at += size;
  }
  return made;
}

function join(parts) {
  const made = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    made.set(one, at);
    at += one.length;
  }
  return made;
}
