const en = {
  menu: {
    completion: {
      examples: [
        'put it in /etc/bash_completion.d/msctl, or: source <(msctl completion bash)',
        'put it in a folder of $fpath, as _msctl',
        'put it in ~/.config/fish/completions/msctl.fish',
      ],
    },
  },
  arguments: {
    shell: 'bash, zsh or fish',
  },
}

const ru: typeof en = {
  menu: {
    completion: {
      examples: [
        'поместите в /etc/bash_completion.d/msctl или: source <(msctl completion bash)',
        'поместите в папку из $fpath под именем _msctl',
        'поместите в ~/.config/fish/completions/msctl.fish',
      ],
    },
  },
  arguments: {
    shell: 'bash, zsh или fish',
  },
}

/** What `msctl completion` says. */
export const messages = { en, ru }
