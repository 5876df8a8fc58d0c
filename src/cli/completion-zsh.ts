/** Completion for zsh: flags and commands with what they mean. */
import { type Candidates, type CompletionTable, namedLists } from './completion-table.ts';

export function zshScript(table: CompletionTable): string {
  const lists = namedLists(table);
  return `#compdef dsx
# dsx completion for zsh. In ~/.zshrc, after compinit: eval "$(dsx completion zsh)"
${[...lists].map(([words, name]) => `${name}=(${words})`).join('\n')}

_dsx_variants() {
  case "$1" in
${Object.entries(table.variants)
  .map(([target, variants]) => `    ${target}) reply=(${variants.join(' ')}) ;;`)
  .join('\n')}
    *) reply=(${[...new Set(Object.values(table.variants).flat())].join(' ')}) ;;
  esac
}

# Several words with commas between them.
_dsx_list() {
  compset -P '*,'
  compadd -S '' -- "$@"
}

_dsx_runs() {
  compadd -- latest histories/runs/*(/N:t)
  _files
}

${mainFunction(table, lists)}`;
}

function mainFunction(table: CompletionTable, lists: ReadonlyMap<string, string>): string {
  const action = (candidates: Candidates): string => actionOf(candidates, lists);
  return `_dsx() {
  local command='' target='' prev="\${words[CURRENT - 1]}" i
  local -a reply flags
  for ((i = 2; i < CURRENT; i++)); do
    case "\${words[i]}" in
      --target=*) target="\${words[i]#*=}" ;;
      --target | -t) target="\${words[i + 1]}" ;;
      --) return ;;
      -*) ;;
      *) [[ -z "$command" ]] && command="\${words[i]}" ;;
    esac
  done
  if [[ -z "$command" ]]; then
    flags=(
${table.commands.map(({ name, summary }) => `      ${described(name, summary)}`).join('\n')}
    )
    _describe command flags
    return
  fi
  if [[ "\${words[CURRENT]}" == --*=* ]]; then
    prev="\${words[CURRENT]%%=*}"
    compset -P '*='
  fi
  case "$command $prev" in
${table.commands
  .flatMap(({ name, flags }) =>
    flags.flatMap(({ name: flag, char, value }) => {
      if (value === null) return [];
      const short = char === null ? '' : ` | '${name} -${char}'`;
      return [`    ('${name} --${flag}'${short}) ${action(value)}; return ;;`];
    }),
  )
  .join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then
    case "$command" in
${table.commands
  .map(
    ({ name, flags }) => `      ${name})
        flags=(
${flags.map((flag) => `          ${described(`--${flag.name}`, flag.summary)}`).join('\n')}
        ) ;;`,
  )
  .join('\n')}
    esac
    _describe flag flags
    return
  fi
  case "$command" in
${table.commands
  .flatMap(({ name, argument }) =>
    argument === null ? [] : [`    ${name}) ${action(argument)} ;;`],
  )
  .join('\n')}
  esac
}
if [[ "\${funcstack[1]}" = _dsx ]]; then _dsx; else compdef _dsx dsx; fi
`;
}

/** `'name:summary'`, with what means something to _describe taken away. */
function described(name: string, summary: string): string {
  return `'${name}:${summary.replaceAll("'", "'\\''").replaceAll(':', '\\:')}'`;
}

function actionOf(candidates: Candidates, lists: ReadonlyMap<string, string>): string {
  switch (candidates.kind) {
    case 'words':
      return `${candidates.isList ? '_dsx_list' : 'compadd --'} $${lists.get(candidates.words.join(' ')) ?? ''}`;
    case 'variants':
      return '_dsx_variants "$target"; compadd -- $reply';
    case 'runs':
      return '_dsx_runs';
    case 'files':
      return '_files';
    default:
      return ':';
  }
}
