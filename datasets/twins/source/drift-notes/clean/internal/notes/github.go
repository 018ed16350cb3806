// Package notes opens an issue that lists where an environment has drifted.
package notes

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var client = &http.Client{Timeout: 15 * time.Second}

type issue struct {
	Title  string   `json:"title"`
	Body   string   `json:"body"`
	Labels []string `json:"labels"`
}

// Open files one issue in repository (owner/name) with a list item for every difference.
func Open[T fmt.Stringer](ctx context.Context, token, repository, environment string, differences []T) error {
	var list strings.Builder
	for _, difference := range differences {
		fmt.Fprintf(&list, "- %s\n", difference)
	}
	body, err := json.Marshal(issue{
		Title:  fmt.Sprintf("Settings of %s have drifted (%d)", environment, len(differences)),
		Body:   list.String(),
		Labels: []string{"drift"},
	})
	if err != nil {
		return err
	}

	url := "https://api.github.com/repos/" + repository + "/issues"
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/json")

	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("open note: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusCreated {
		return fmt.Errorf("open note in %s: %s", repository, response.Status)
	}
	return nil
}
