/**
 * Texts with places to fill in: `http://{address}:8080/keys/{key}`. Only a word of letters,
 * digits, `.`, `_` or `-` in braces is such a place; other braces, as those of JSON, stay.
 */

const place = /\{([a-z][\w.-]*)\}/gi;

/** Names that the text asks for, in order, each as often as it stands there. */
export function placesOf(text: string): readonly string[] {
  return [...text.matchAll(place)].map((found) => found[1] ?? '');
}

/** The text with every place filled in; one without a value stays as it is. */
export function fill(text: string, values: (name: string) => string | undefined): string {
  return text.replaceAll(place, (whole, name: string) => values(name) ?? whole);
}

/** Words as a shell splits them: at spaces, but not within quotes. Nothing is expanded. */
export function splitWords(text: string): readonly string[] {
  const words = text.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g);
  return [...words].map(([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, (_, double?: string, single?: string) => {
      return double ?? single ?? '';
    }),
  );
}
