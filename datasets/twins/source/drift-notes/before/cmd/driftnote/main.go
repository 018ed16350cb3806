// Command driftnote compares the deployed settings with the declared ones and says where they differ.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"

	"example.org/lookout/driftnote/internal/drift"
)

func main() {
	declared := flag.String("declared", "settings.yaml", "the settings as declared")
	environment := flag.String("env", "staging", "the environment to compare with")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()

	if err := run(ctx, *declared, *environment); err != nil {
		fmt.Fprintln(os.Stderr, "driftnote:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, declared, environment string) error {
	want, err := drift.ReadSettings(declared)
	if err != nil {
		return err
	}
	got, err := drift.FetchSettings(ctx, environment)
	if err != nil {
		return err
	}
	for _, difference := range drift.Compare(want, got) {
		fmt.Println(difference)
	}
	return nil
}
