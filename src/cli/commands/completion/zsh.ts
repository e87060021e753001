/** The completion script for zsh. */

import {
  type Completable,
  type CompletableOption,
  namesFor,
  quoted,
  type Script,
  type Values,
} from "./completable.ts";

export const zsh: Script = (commands, everywhere) => `#compdef pgs

_pgs_command() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}\n`).join("")}\
  )
  _describe command commands
}

_pgs() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C \\
${everywhere.map(specOf).join("")}\
    '(- *)'{-h,--help}'[print the help]' \\
    '(- *)'{-V,--version}'[print the version]' \\
    '1:command:_pgs_command' \\
    '*::argument:->arguments'
  [[ $state == arguments ]] || return
  case $line[1] in
    help) _arguments '1:command:_pgs_command' ;;
${commands.map(caseOf).join("")}\
  esac
}

if [ "$funcstack[1]" = _pgs ]; then _pgs "$@"; else compdef _pgs pgs; fi
`;

function caseOf({ name, options, argument, further }: Completable): string {
  const first = argument === null ? "" : ` ${quoted(`1:argument:${actionOf(argument)}`)}`;
  const rest = further === null ? "" : ` ${quoted(`*:argument:${actionOf(further)}`)}`;
  return `    ${name})
      _arguments \\
${options.map((option) => `  ${specOf(option)}`).join("")}\
        '(- *)'{-h,--help}'[print the help]'${first}${rest} ;;
`;
}

function specOf({ flag, description, values, isValueOptional, isRepeatable }: CompletableOption): string {
  const about = description.replace(/[[\]\\]/g, "\\$&");
  const value = values === null ? "" : `${isValueOptional ? "::" : ":"}value:${actionOf(values)}`;
  return `    ${quoted(`${isRepeatable ? "*" : ""}${flag}[${about}]${value}`)} \\\n`;
}

function actionOf(values: Values): string {
  if (values === "file") return "_files";
  if (values === "folder") return "_files -/";
  const names = namesFor(values);
  if (names !== undefined) return `{compadd -- \${(f)"$(${names})"}}`;
  return typeof values === "string" ? "" : `(${values.join(" ")})`;
}
