<?php

declare(strict_types=1);

namespace Spokeworks\Catalogue;

/** A spare part in our shop. */
final class Article
{
    public function __construct(
        public readonly string $number,
        public string $name,
        public int $purchaseCents,
        public int $ownStock,
    ) {
    }

    /** Whether people can order the part; otherwise the shop says "on request". */
    public function isAvailable(): bool
    {
        return $this->ownStock > 0;
    }
}
