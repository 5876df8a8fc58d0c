/** Completion for fish. */
import {
  type Candidates,
  type CompletedFlag,
  type CompletionTable,
  namedLists,
} from './completion-table.ts';

export function fishScript(table: CompletionTable): string {
  const lists = namedLists(table);
  const lines = table.commands.flatMap(({ name, summary, flags, argument }) => {
    const within = `complete -c dsx -n '__dsx_in ${name}'`;
    const own = argument === null ? [] : [`${within}${argumentText(argument, lists)}`];
    return [
      `complete -c dsx -n __dsx_first -f -a ${name} -d ${quoted(summary)}`,
      ...own,
      ...flags.map((flag) => `${within}${flagText(flag, lists)}`),
    ];
  });
  return `# dsx completion for fish. In ~/.config/fish/config.fish: dsx completion fish | source
${[...lists].map(([words, name]) => `set -g ${name} ${words}`).join('\n')}

function __dsx_command
  for word in (commandline -opc)[2..]
    string match -q -- '-*' $word; or begin; echo $word; return; end
  end
end

function __dsx_first
  test -z (__dsx_command)
end

function __dsx_in
  test "$(__dsx_command)" = $argv[1]
end

function __dsx_variants
  set -l words (commandline -opc)
  set -l target ''
  for i in (seq (count $words))
    switch $words[$i]
      case --target -t
        set target $words[(math $i + 1)]
      case '--target=*'
        set target (string replace -- --target= '' $words[$i])
    end
  end
  switch "$target"
${Object.entries(table.variants)
  .map(([target, variants]) => `    case ${target}\n      printf '%s\\n' ${variants.join(' ')}`)
  .join('\n')}
    case '*'
      printf '%s\\n' ${[...new Set(Object.values(table.variants).flat())].join(' ')}
  end
end

# Several words with commas between them.
function __dsx_list
  set -l head (string match -r -- '^(?:--[^=]*=)?(.*,)?' (commandline -ct))[2]
  printf "$head%s\\n" $argv
end

function __dsx_runs
  echo latest
  for run in histories/runs/*/
    path basename $run
  end
end

${lines.join('\n')}
`;
}

function argumentText(candidates: Candidates, lists: ReadonlyMap<string, string>): string {
  if (candidates.kind === 'files') return ' -F';
  if (candidates.kind === 'runs') return " -F -a '(__dsx_runs)'";
  return ` -f -a '${wordsText(candidates, lists)}'`;
}

function flagText(
  { name, char, summary, value }: CompletedFlag,
  lists: ReadonlyMap<string, string>,
): string {
  const head = ` -l ${name}${char === null ? '' : ` -s ${char}`} -d ${quoted(summary)}`;
  if (value === null) return `${head} -f`;
  if (value.kind === 'files') return `${head} -r -F`;
  if (value.kind === 'free') return `${head} -x`;
  return `${head} -x -a '${wordsText(value, lists)}'`;
}

function wordsText(candidates: Candidates, lists: ReadonlyMap<string, string>): string {
  if (candidates.kind === 'variants') return '(__dsx_variants)';
  if (candidates.kind !== 'words') return '(__dsx_runs)';
  const list = `$${lists.get(candidates.words.join(' ')) ?? ''}`;
  return candidates.isList ? `(__dsx_list ${list})` : list;
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
