<?php

declare(strict_types=1);

namespace Spokeworks\Feed;

use Psr\Log\LoggerInterface;
use Spokeworks\Catalogue\Article;
use Spokeworks\Catalogue\Articles;

/** Takes over what the wholesaler sends every night: a file with semicolons, its first line names the columns. */
final class WholesalerFeed
{
    private const COLUMNS = ['article', 'price', 'stock', 'lead_days'];

    public function __construct(
        private readonly Articles $articles,
        private readonly LoggerInterface $log,
    ) {
    }

    /** The number of articles that were taken over; a line that cannot be read is logged and left out. */
    public function import(string $path): int
    {
        $file = new \SplFileObject($path, 'rb');
        $columns = $file->fgetcsv(';');
        if ($columns !== self::COLUMNS) {
            throw new FeedException("{$path}: expected the columns " . implode(';', self::COLUMNS));
        }

        $taken = 0;
        while (!$file->eof()) {
            $fields = $file->fgetcsv(';');
            if ($fields === false || $fields === [null]) {
                continue;
            }
            try {
                $taken += $this->takeOver($fields) ? 1 : 0;
            } catch (FeedException $e) {
                $this->log->warning('line left out: {reason}', ['reason' => $e->getMessage()]);
            }
        }

        return $taken;
    }

    /** @param list<string> $fields */
    private function takeOver(array $fields): bool
    {
        if (count($fields) !== count(self::COLUMNS)) {
            throw new FeedException('wrong number of fields: ' . implode(';', $fields));
        }
        $row = array_combine(self::COLUMNS, array_map(trim(...), $fields));
        $article = $this->articles->find($row['article']);
        if ($article === null) {
            return false;
        }
        $this->update($article, $row);
        $this->articles->save($article);

        return true;
    }

    /** @param array<string, string> $row */
    private function update(Article $article, array $row): void
    {
        $price = $this->cents($row['price']);
        $stock = $this->count($row['stock']);
        $leadDays = $this->count($row['lead_days']);

        $article->purchaseCents = $price;
        $article->wholesalerStock = $stock ?? $article->wholesalerStock;
        $article->leadDays = $leadDays ?? $article->leadDays;
    }

    /** A whole number; null if the field is blank, which means that nothing has changed. */
    private function count(string $field): ?int
    {
        if ($field === '') {
            return null;
        }
        if (preg_match('/^\d{1,6}$/D', $field) !== 1) {
            throw new FeedException("not a count: {$field}");
        }

        return (int) $field;
    }

    private function cents(string $field): int
    {
        if (preg_match('/^(\d{1,7})\.(\d{2})$/D', $field, $parts) !== 1) {
            throw new FeedException("not a price: {$field}");
        }

        return (int) $parts[1] * 100 + (int) $parts[2];
    }
}
