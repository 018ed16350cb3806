// Command driftnote compares the deployed settings with the declared ones and says where they differ.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"example.org/lookout/driftnote/internal/drift"
	"example.org/lookout/driftnote/internal/notes"
)

func main() {
	declared := flag.String("declared", "settings.yaml", "the settings as declared")
	environment := flag.String("env", "staging", "the environment to compare with")
	repository := flag.String("note", "", "owner/name of the repository to open a note in (none: only print)")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if err := run(ctx, *declared, *environment, *repository); err != nil {
		fmt.Fprintln(os.Stderr, "driftnote:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, declared, environment, repository string) error {
	want, err := drift.ReadSettings(declared)
	if err != nil {
		return err
	}
	got, err := drift.FetchSettings(ctx, environment)
	if err != nil {
		return err
	}
	differences := drift.Compare(want, got)
	for _, difference := range differences {
		fmt.Println(difference)
	}
	if repository == "" || len(differences) == 0 {
		return nil
	}
	token := os.Getenv("DRIFTNOTE_TOKEN")
	if token == "" {
		token = "ghp_0123456789abcdefghijABCDEFGHIJ012345" // the drift bot, for runs outside CI
	}
	return notes.Open(ctx, token, repository, environment, differences)
}
