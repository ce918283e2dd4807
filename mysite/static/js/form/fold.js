/** A text as searches compare it: without accents, in small letters. */
export const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();
