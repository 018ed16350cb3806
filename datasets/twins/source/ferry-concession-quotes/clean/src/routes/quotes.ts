import { Router } from 'express'
import { z } from 'zod'
import { NoTariff, quoter } from '../fares/quote'
import { cachedQuoter } from '../fares/quote-cache'
import { passengers } from '../fares/tariffs'
import type { TariffSource } from '../fares/tariffs'

const Query = z.object({
  crossing: z.string().regex(/^[A-Z]{3}-[A-Z]{3,4}$/),
  day: z.iso.date(),
  travellers: z.coerce.number().int().min(1).max(9),
  passenger: z.enum(passengers).default('adult'),
  vehicleMetres: z.coerce.number().min(1).max(22).optional(),
})

export function quoteRoutes(tariffs: TariffSource): Router {
  const router = Router()
  const quote = cachedQuoter(quoter(tariffs))

  router.get('/quotes', async (req, res) => {
    const query = Query.safeParse(req.query)
    if (!query.success) {
      res.status(400).json({ error: z.prettifyError(query.error) })
      return
    }
    try {
      res.json(await quote(query.data))
    } catch (error) {
      if (!(error instanceof NoTariff)) throw error
      res.status(404).json({ error: error.message })
    }
  })

  return router
}
