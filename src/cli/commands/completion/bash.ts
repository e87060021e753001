/** The completion script for bash, from version 3.2 on. */

import { type CompletableOption, NAMES, quoted, type Script, type Values } from "./completable.ts";

export const bash: Script = (commands, everywhere) => {
  const names = commands.map(({ name }) => name);
  const valued = everywhere.filter(({ values }) => values !== null).map(({ flag }) => flag);
  return `# bash completion for pgs

_pgs_values() {
  case "$1 $2" in
${commands.flatMap(({ name, options }) => options.map((option) => valueCase(name, option))).join("")}\
${everywhere.map((option) => valueCase("", option)).join("")}\
    *) return 1 ;;
  esac
}

_pgs_complete() {
  local IFS=$' \\t\\n'
  case "$1" in
    file) IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$2")) ;;
    folder) IFS=$'\\n'; compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$2")) ;;
    any) ;;
    ${Object.keys(NAMES).join(" | ")}) _pgs_names "$1" "$2" ;;
    *) COMPREPLY=($(compgen -W "$1" -- "$2")) ;;
  esac
}

# A name has colons, at which bash may divide words: what it proposes is what is behind the last one.
_pgs_names() {
  local names word=\${COMP_LINE:0:COMP_POINT} before= i
  word=\${word##* }
  case "$1" in
${Object.entries(NAMES)
  .map(([kind, command]) => `    ${kind}) names=$(${command}) ;;\n`)
  .join("")}\
  esac
  COMPREPLY=($(compgen -W "$names" -- "\${word:-$2}"))
  [[ $COMP_WORDBREAKS == *:* && $word == *:* ]] && before=\${word%"\${word##*:}"}
  for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]=\${COMPREPLY[i]#"$before"}; done
}

_pgs() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} command= operands=0 values= i
  COMPREPLY=()
  # An equals sign is a word of its own.
  if [[ $cur == = ]]; then cur=
  elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      ${valued.join("|")}) ((i++)) ;;
      -*) ;;
      *) command=\${COMP_WORDS[i]}; break ;;
    esac
  done
  for ((i++; i < COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in
      -*) _pgs_values "$command" "\${COMP_WORDS[i]}" >/dev/null && ((i++)) ;;
      # A name is divided at its colons: what is behind them goes on with the same operand.
      : | ::) ((i + 1 == COMP_CWORD)) && ((operands--)); ((i++)) ;;
      *) ((operands++)) ;;
    esac
  done
  [[ $cur == : || $cur == :: ]] && ((operands--))
  if values=$(_pgs_values "$command" "$prev"); then
    _pgs_complete "$values" "$cur"
    return
  fi
  case "$command" in
    '') values=${quoted([...names, "help"].join(" "))} options=${quoted(flags(everywhere))} ;;
    help) values=${quoted(names.join(" "))} options= ;;
${commands.map(({ name, options, argument }) => `    ${name}) values=${quoted(wordsOf(argument ?? "any"))} options=${quoted(flags(options))} ;;\n`).join("")}\
    *) values=any options= ;;
  esac
  if ((operands > 0)); then
    case "$command" in
${commands.map(({ name, further }) => `      ${name}) values=${quoted(wordsOf(further ?? "any"))} ;;\n`).join("")}\
    esac
  fi
  if [[ $cur == -* ]]; then _pgs_complete "$options --help" "$cur"
  else _pgs_complete "$values" "$cur"
  fi
}

complete -F _pgs pgs
`;
};

function flags(options: readonly CompletableOption[]): string {
  return options.map(({ flag }) => flag).join(" ");
}

/** An option whose value may be left out says nothing of the next word. */
function valueCase(command: string, { flag, values, isValueOptional }: CompletableOption): string {
  if (values === null || isValueOptional) return "";
  return `    ${quoted(`${command} ${flag}`)}) echo ${quoted(wordsOf(values))} ;;\n`;
}

function wordsOf(values: Values): string {
  return typeof values === "string" ? values : values.join(" ");
}
