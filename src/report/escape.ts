/**
 * Text made safe for where it goes. Values, errors and descriptions come from the system
 * under test: nothing of them may become markup, a workflow command or a cursor movement.
 */

const htmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For HTML text and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => htmlEntities[character] ?? character);
}

/** For XML 1.0 text and attributes: what XML cannot hold at all becomes U+FFFD. */
export function escapeXml(text: string): string {
  return escapeHtml(wellFormed(text)).replaceAll(
    // eslint-disable-next-line no-control-regex -- these are exactly the characters meant
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g,
    '\ufffd',
  );
}

/** For XML attributes: parsers turn a raw line break in an attribute into a space. */
export function escapeXmlAttribute(text: string): string {
  return escapeXml(text)
    .replaceAll('\n', '&#10;')
    .replaceAll('\r', '&#13;')
    .replaceAll('\t', '&#9;');
}

/** JSON for inside a `<script>` element: no `</script>` and no `<!--` can come about. */
export function escapeScriptJson(json: string): string {
  return json
    .replaceAll('<', String.raw`\u003c`)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
}

/** For running text in Markdown (GitHub's): no markup, no mention, no table cell break. */
export function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]<>|#~$]/g, String.raw`\$&`)
    .replaceAll('@', '@\u200b')
    .replaceAll(/\s*\r?\n\s*/g, ' ');
}

/** `code` in Markdown, whatever backticks are in it; also inside a table. */
export function markdownCode(text: string): string {
  const line = text.replaceAll(/\s*\r?\n\s*/g, ' ').replaceAll('|', String.raw`\|`);
  const fence = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${line}${pad}${fence}`;
}

/** A fenced block in Markdown that its content cannot close. */
export function markdownBlock(text: string, language = 'text'): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** The message of a GitHub workflow command. */
export function escapeCommandMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** A property (`title=…`) of a GitHub workflow command. */
export function escapeCommandProperty(text: string): string {
  return escapeCommandMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** For a terminal: control characters are shown, not obeyed. Line breaks stay if `lines`. */
export function printable(text: string, lines = false): string {
  // eslint-disable-next-line no-control-regex -- these are exactly the characters meant
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, (character) =>
    lines && character === '\n'
      ? character
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/** Lone surrogates, which UTF-8 cannot hold, become U+FFFD. */
function wellFormed(text: string): string {
  return text.replaceAll(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '\ufffd',
  );
}
