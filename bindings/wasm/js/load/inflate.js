// Unpacks what was packed together with it (RFC 1951), so that the module is there at once, in any runtime, without a file beside it.
//
// It is no reader for a stranger's bytes: it trusts what it is given.

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** The first length or distance of each symbol, and how many bits follow it. */
const steps = (first, bits) => {
  let next = first;
  return bits.map((count) => {
    const from = next;
    next += 1 << count;
    return [from, count];
  });
};
const LENGTHS = steps(3, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5]).concat([[258, 0]]);
const DISTANCES = steps(1, Array.from({ length: 30 }, (_, symbol) => Math.max(0, (symbol >> 1) - 1)));

/** A code, from the length of each symbol: how many there are of each length, and the symbols in the order of their codes. */
const codeOf = (lengths) => {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  const places = new Uint16Array(16);
  for (let length = 1; length < 15; length += 1) places[length + 1] = places[length] + counts[length];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length > 0) symbols[places[length]++] = symbol;
  });
  return { counts, symbols };
};

const FIXED = [
  codeOf([...Array(144).fill(8), ...Array(112).fill(9), ...Array(24).fill(7), ...Array(8).fill(8)]),
  codeOf(Array(30).fill(5)),
];

export const inflate = (packed, length) => {
  const out = new Uint8Array(length);
  let [at, held, left, end] = [0, 0, 0, 0];

  const bits = (count) => {
    while (left < count) {
      held |= packed[at++] << left;
      left += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    left -= count;
    return value;
  };
  const symbolOf = ({ counts, symbols }) => {
    let [code, first, index] = [0, 0, 0];
    for (let length = 1; ; length += 1) {
      code |= bits(1);
      const count = counts[length];
      if (code - first < count) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
  };
  const codes = () => {
    const [literals, distances, count] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
    const short = Array(19).fill(0);
    for (let i = 0; i < count; i += 1) short[ORDER[i]] = bits(3);
    const code = codeOf(short);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const symbol = symbolOf(code);
      if (symbol < 16) lengths.push(symbol);
      else if (symbol === 16) lengths.push(...Array(3 + bits(2)).fill(lengths[lengths.length - 1]));
      else lengths.push(...Array(symbol === 17 ? 3 + bits(3) : 11 + bits(7)).fill(0));
    }
    return [codeOf(lengths.slice(0, literals)), codeOf(lengths.slice(literals))];
  };

  for (let last = 0; !last; ) {
    last = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      [held, left] = [0, 0];
      const size = packed[at] | (packed[at + 1] << 8);
      out.set(packed.subarray(at + 4, at + 4 + size), end);
      [at, end] = [at + 4 + size, end + size];
      continue;
    }
    const [literal, distance] = kind === 1 ? FIXED : codes();
    for (let symbol = symbolOf(literal); symbol !== 256; symbol = symbolOf(literal)) {
      if (symbol < 256) {
        out[end++] = symbol;
        continue;
      }
      const [size, more] = LENGTHS[symbol - 257];
      const stop = end + size + bits(more);
      const [back, far] = DISTANCES[symbolOf(distance)];
      const gap = back + bits(far);
      for (; end < stop; end += 1) out[end] = out[end - gap];
    }
  }
  return out;
};
