/** Completion for bash 3.2 and newer, without the package bash-completion. */
import { type Candidates, type CompletionTable, namedLists } from './completion-table.ts';

export function bashScript(table: CompletionTable): string {
  const lists = namedLists(table);
  return `# dsx completion for bash. In ~/.bashrc: eval "$(dsx completion bash)"
${[...lists].map(([words, name]) => `${name}='${words}'`).join('\n')}

_dsx_variants() {
  case "$1" in
${Object.entries(table.variants)
  .map(([target, variants]) => `    ${target}) echo '${variants.join(' ')}' ;;`)
  .join('\n')}
    *) echo '${[...new Set(Object.values(table.variants).flat())].join(' ')}' ;;
  esac
}

# $1: the words that may stand here; $2: "list" if several may, with commas between them.
_dsx_reply() {
  local head='' word
  if [ "$2" = list ]; then
    case "$cur" in *,*) head="\${cur%,*}," ;; esac
  fi
  # bash takes the part after a colon or an equals sign for a word of its own.
  local kept="\${cur%"\${cur##*[:=]}"}"
  for word in $1; do
    case "$head$word" in "$cur"*) word="$head$word"; COMPREPLY+=("\${word#"$kept"}") ;; esac
  done
  [ "$2" = list ] && compopt -o nospace 2>/dev/null
  return 0
}

_dsx_files() {
  local kept="\${cur%"\${cur##*[:=]}"}"
  compopt -o filenames 2>/dev/null
  local IFS=$'\\n'
  COMPREPLY+=($(compgen -f -- "\${cur#"$kept"}"))
}

_dsx_runs() {
  _dsx_reply "latest $(ls histories/runs 2>/dev/null | grep -v '^latest$')"
  _dsx_files
}

${mainFunction(table, lists)}`;
}

function mainFunction(table: CompletionTable, lists: ReadonlyMap<string, string>): string {
  const action = (candidates: Candidates): string => actionOf(candidates, lists);
  const commands = table.commands.map(({ name }) => name).join(' ');
  return `_dsx() {
  local line="\${COMP_LINE:0:COMP_POINT}" command='' target='' flag='' i
  local -a words
  read -r -a words <<< "$line"
  case "$line" in *[[:space:]]) words+=('') ;; esac
  local last=$((\${#words[@]} - 1))
  local cur="\${words[last]}" prev="\${words[last - 1]}"
  COMPREPLY=()
  case "$cur" in --*=*) prev="\${cur%%=*}"; cur="\${cur#*=}"; flag=given ;; esac
  for ((i = 1; i < last; i++)); do
    case "\${words[i]}" in
      --target=*) target="\${words[i]#*=}" ;;
      --target | -t) target="\${words[i + 1]}" ;;
      --) return 0 ;;
      -*) ;;
      *) [ -z "$command" ] && command="\${words[i]}" ;;
    esac
  done
  if [ -z "$command" ]; then
    _dsx_reply '${commands} --help --version'
    return 0
  fi
  case "$command $prev" in
${table.commands
  .flatMap(({ name, flags }) =>
    flags.flatMap(({ name: flag, char, value }) => {
      if (value === null) return [];
      const short = char === null ? '' : ` | '${name} -${char}'`;
      return [`    '${name} --${flag}'${short}) ${action(value)}; return 0 ;;`];
    }),
  )
  .join('\n')}
  esac
  [ -n "$flag" ] && return 0
  case "$cur" in
    -*)
      case "$command" in
${table.commands
  .map(({ name, flags }) => `        ${name}) _dsx_reply '${flagWords(flags)}' ;;`)
  .join('\n')}
      esac
      return 0
      ;;
  esac
  case "$command" in
${table.commands
  .flatMap(({ name, argument }) =>
    argument === null ? [] : [`    ${name}) ${action(argument)} ;;`],
  )
  .join('\n')}
  esac
}
complete -F _dsx dsx
`;
}

function flagWords(flags: readonly { readonly name: string }[]): string {
  return flags.map(({ name }) => `--${name}`).join(' ');
}

function actionOf(candidates: Candidates, lists: ReadonlyMap<string, string>): string {
  switch (candidates.kind) {
    case 'words':
      return `_dsx_reply "$${lists.get(candidates.words.join(' ')) ?? ''}"${candidates.isList ? ' list' : ''}`;
    case 'variants':
      return '_dsx_reply "$(_dsx_variants "$target")"';
    case 'runs':
      return '_dsx_runs';
    case 'files':
      return '_dsx_files';
    default:
      return ':';
  }
}
