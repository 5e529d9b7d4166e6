// Headers, read and written, and what others answer.

import * as wasm from "#wasm";
import { given, pairs } from "./request.js";
import { answer, bytes, document, map, raw, read } from "./text.js";

export const decodeHeader = (name, value) => read(wasm.decode(bytes(name, "name"), raw(value, "value")));

export const encodeHeader = (name, object) =>
  map(answer(wasm.encode(bytes(name, "name"), bytes(document(object, "object"), "object"))), (value) => value.header);

export const judgeAnswer = (headers, said, { terms } = {}) =>
  answer(
    wasm.answer_to(
      given(pairs(headers)),
      bytes(document(said, "answer"), "answer"),
      terms === undefined ? undefined : bytes(document(terms, "terms"), "terms"),
    ),
  );

export const explainReason = (reason) => answer(wasm.reason(bytes(reason, "reason")));
