"""What files to be imported contain."""

from __future__ import annotations

ITEMS = """id,key,project,type,title,created_at,updated_at,status_id,labels
1,SHOP-1,SHOP,Story,"Pay, in two parts",2026-11-02T09:00:00Z,2026-11-05T09:00:00Z,closed,a|b
2,SHOP-2,SHOP,Bug,Broken,2026-11-02T10:00:00+01:00,2026-11-02T09:00:00Z,open,
"""
STATUSES = """id,name,category
open,Open,new
in progress,In Progress,active
closed,Closed,done
"""
MOVES = """item,at,seq,field,from_id,to_id
1,2026-11-03T09:00:00Z,0,status,open,in progress
1,2026-11-05T09:00:00Z,0,status,in progress,closed
"""
BAD = ITEMS + (
    "3,,SHOP,Bug,t,2026-11-02T09:00:00Z,2026-11-02T09:00:00Z,open,\n"
    "4,SHOP-4,SHOP,Bug,t,yesterday,2026-11-02T09:00:00Z,open,\n"
    "5,SHOP-5,SHOP,Bug,t,2026-11-02T09:00:00,2026-11-02T09:00:00Z,open,\n"
    "6,SHOP-6,SHOP,Bug\n"
    "7,SHOP-7,SHOP,Bug,nul \0,2026-11-02T09:00:00Z,2026-11-02T09:00:00Z,open,\n"
)
