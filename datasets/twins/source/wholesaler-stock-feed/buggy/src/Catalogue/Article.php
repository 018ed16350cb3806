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
        public int $wholesalerStock = 0,
        public ?int $leadDays = null,
    ) {
    }

    /** Whether people can order the part; otherwise the shop says "on request". */
    public function isAvailable(): bool
    {
        return $this->ownStock > 0 || $this->wholesalerStock > 0;
    }

    /** Working days until we can send it, for the page of the part; null if it is not available or nobody knows. */
    public function daysToDispatch(): ?int
    {
        if ($this->ownStock > 0) {
            return 0;
        }

        return $this->wholesalerStock > 0 ? $this->leadDays : null;
    }
}
